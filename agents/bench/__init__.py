"""Measures the shipped engine against public data: is it early, and does it keep its budget?"""
