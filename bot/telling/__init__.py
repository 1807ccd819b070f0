"""What people are told without having asked: outcomes, news of orders, alarms, broadcasts."""
