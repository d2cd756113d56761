"""The broker: streams created and checked, read, copied and put right, by kafka-python."""
