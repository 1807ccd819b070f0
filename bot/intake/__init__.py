"""Updates in: by webhook or polling, stored before they are acknowledged, in order in a chat."""
