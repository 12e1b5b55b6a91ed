"""From requests of the OpenTelemetry protocol to rows of the tables that its collector writes."""
