"""The Kafka runtime: the stages as Faust agents, one app and consumer group a stage."""
