"""What drew the marketplace's pictures: `python -m sandbox.marketplace.drawing`."""
