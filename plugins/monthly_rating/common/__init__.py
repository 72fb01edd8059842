"""What every subject of the module uses: the day, the settings, the cells a person may open, who judges whom."""
