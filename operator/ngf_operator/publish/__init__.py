"""What a DistributedCloudPublish becomes."""
