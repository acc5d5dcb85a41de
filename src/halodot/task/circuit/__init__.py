"""Small circuits around one device: gates of light and voltage, a transistor gated by a memory."""
