"""What is asked of one row, one noun a module. Each raises WeThinkError with the name of the defect it found."""
