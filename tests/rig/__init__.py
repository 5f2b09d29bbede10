"""The rig: a site that misbehaves on command, and a killer that proves what survives SIGKILL."""
