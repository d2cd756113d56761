"""The stages of the Kafka twin: pure, bytes in and bytes out; a runtime moves them."""
