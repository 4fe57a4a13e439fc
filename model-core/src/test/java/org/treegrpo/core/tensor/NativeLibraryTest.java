package org.treegrpo.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {

  @TempDir Path cache;

  @Test
  void aMissingDriverOfAGpuIsNamedWithItsRemedy() {
    assertThat(
            NativeLibrary.message(
                cache,
                new UnsatisfiedLinkError(
                    "/c/libtorch_cuda.so: libcuda.so.1: cannot open shared object file\nmore")))
        .as("one line")
        .startsWith("PyTorch's libraries in " + cache + " cannot be loaded: ")
        .contains("libcuda.so.1: cannot open shared object file", "PYTORCH_FLAVOR=cpu")
        .doesNotContain("\n", "DJL_CACHE_DIR");
  }
}
