"""The pages that show where domains stand."""
