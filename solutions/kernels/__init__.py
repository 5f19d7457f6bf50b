"""Shared low-level code: arrays and LLVM vectors of kernels, bits, inner products, area averages, faiss, OpenVINO.

Kernels are compiled by numba; some bodies are written as LLVM instructions. The environment variable
LANDMARK_KERNELS=numpy selects plain NumPy instead (`harness.COMPILED` is then false): neither numba nor llvmlite is
imported. `simd` and `float_vectors` are imported by compiled modules only.
"""
