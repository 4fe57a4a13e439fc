package org.treegrpo.core.tensor;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Loads PyTorch through DJL, which unpacks its libraries into a directory of the user first. */
final class NativeLibrary {

  private NativeLibrary() {}

  /**
   * The engine, loaded on first use.
   *
   * @throws NativeLibraryException if it cannot be loaded
   */
  static Engine load() {
    try {
      return Engine.getEngine("PyTorch");
    } catch (EngineException | IllegalStateException | LinkageError e) {
      Path cache = Utils.getEngineCacheDir("pytorch");
      throw new NativeLibraryException(message(cache, root(e)), e);
    }
  }

  /**
   * What to tell people.
   *
   * @param cache where the libraries are unpacked
   */
  static String message(Path cache, Throwable root) {
    String reason = String.valueOf(root.getMessage()).lines().findFirst().orElse("").strip();
    String remedy;
    if (reason.matches(".*lib(cuda|cudart|cublas|cudnn|nvidia|nvrtc|c10_cuda).*")) {
      remedy =
          "install NVIDIA's driver and CUDA libraries, or take a CPU build: PYTORCH_FLAVOR=cpu, and no CUDA build in PYTORCH_LIBRARY_PATH";
    } else if (isWritable(cache)) {
      remedy =
          "delete %s to have them unpacked again, which needs 450 MB of room; DJL_CACHE_DIR moves it"
              .formatted(cache);
    } else {
      remedy = "set DJL_CACHE_DIR to a directory that can be written and has 450 MB of room";
    }
    return "PyTorch's libraries in %s cannot be loaded: %s (%s); %s"
        .formatted(cache, reason, root.getClass().getSimpleName(), remedy);
  }

  /** Whether the directory, or what it would be made in, can be written. */
  private static boolean isWritable(Path directory) {
    Path existing = directory.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    @Nullable Throwable cause = failure.getCause();
    while (cause != null) {
      root = cause;
      cause = cause.getCause();
    }
    return root;
  }
}
