"""What makes Snaporder run: domain, services, marketplace client, storage, intake, conversation."""
