"""Looming: does a device warn of what is about to hit it, at one angle whatever its speed?"""
