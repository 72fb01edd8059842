"""The papers of the room, said in the words of the office; the press lays them out."""
