"""Getting placed orders paid: links, several at once, the operator's agreement."""
