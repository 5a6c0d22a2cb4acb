"""Whether a strategy knows what it cannot know: the future, or a past that was cut off."""
