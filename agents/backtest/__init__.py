"""What other budgets would have brought, on a recording or on the service's own history."""
