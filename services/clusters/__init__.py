"""The fleet: every cluster the console knows, behind one provider."""
