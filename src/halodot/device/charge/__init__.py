"""device/charge"""
