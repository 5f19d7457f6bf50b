"""The public Python API, which `import landmark` hands on: a competition as an object, metrics as functions."""
