"""Private synthesis by counting, denoising and fitting: values, pairs and triples with noise, then rows that fit them."""
