"""The papers of the module, in the words of the office; the core lays them out."""
