"""What is known of genes: names, lists, sets, network, texts and vectors."""
