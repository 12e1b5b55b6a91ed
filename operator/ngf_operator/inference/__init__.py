"""What an InferenceStack becomes: pool, endpoint picker, engine, scaler, route and GPU metrics."""
