"""What a shop's customer sees of money: how to pay, the proof, the balance."""
