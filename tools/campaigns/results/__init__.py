"""What the laboratory sends back: placed on the campaign's scale, recorded, reviewed."""
