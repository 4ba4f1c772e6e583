"""Builds pictures for training and validation: screens, graphics, saturated pictures, photographs."""
