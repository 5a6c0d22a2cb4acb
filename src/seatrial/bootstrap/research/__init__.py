"""Research on this machine or several: jobs, pools of processes, Ray, and the folders results go to."""
