"""Textures and styles: images made from a photograph and a painting."""
