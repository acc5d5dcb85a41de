"""What is done to finished dots: exchange of ions, change of phase, a second domain."""
