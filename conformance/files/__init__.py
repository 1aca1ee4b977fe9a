"""Files and directories, whatever protocol changes them: several clients of several versions against one model."""
