package org.treegrpo.core.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a module that are never trained. Modules of one archive that are open on one
 * device at the same time have one copy of them, which is there as long as one of the modules is.
 * Thread-safe.
 */
public final class FrozenParameters implements AutoCloseable {

  /** Open ones, by archive and device. */
  private static final Map<String, Deque<FrozenParameters>> OPEN = new HashMap<>();

  private final String key;
  private final Map<String, NDArray> byName = new HashMap<>();

  private FrozenParameters(String key) {
    this.key = key;
  }

  /**
   * Lets a module that was just loaded use the copy that is there; its own is freed.
   *
   * @param archive that it was loaded from
   * @param manager that owns it
   * @param frozen of the archive's header
   */
  public static FrozenParameters share(
      Path archive, NDManager manager, PtSymbolBlock block, List<ArchiveHeader.Parameter> frozen)
      throws IOException {
    TorchRuntime.configureThread();
    String key =
        "%s %d %s on %s"
            .formatted(
                archive.toRealPath(),
                Files.size(archive),
                Files.getLastModifiedTime(archive),
                manager.getDevice());
    FrozenParameters shared = new FrozenParameters(key);
    NDList all = JniUtils.moduleGetParams(block, (PtNDManager) manager);
    Map<String, NDArray> loaded = new HashMap<>();
    for (NDArray parameter : all) {
      loaded.put(parameter.getName(), parameter);
      parameter.setName(""); // DJL would make a dictionary of arguments whose names have a dot
    }
    for (ArchiveHeader.Parameter parameter : frozen) {
      for (String name : parameter.names()) {
        NDArray array = loaded.get(name);
        if (array != null) {
          shared.byName.put(name, array);
        }
      }
    }
    synchronized (OPEN) {
      Deque<FrozenParameters> others = OPEN.computeIfAbsent(key, other -> new ArrayDeque<>());
      if (!others.isEmpty() && !frozen.isEmpty()) {
        shared.use(others.getFirst());
      }
      others.addLast(shared);
    }
    return shared;
  }

  /** Of those that are frozen in both. */
  private void use(FrozenParameters donor) {
    try (NDManager scope = TorchRuntime.newManager(Device.cpu())) {
      ScriptFunction set = ScriptFunction.set(scope);
      byName.forEach(
          (name, mine) -> {
            NDArray source = donor.byName.get(name);
            if (source != null) {
              // the same tensor under another handle, which the parameter's manager would keep
              set.of(mine, source).close();
            }
          });
    }
  }

  /** The module's copy is another module's now, or goes with it. */
  @Override
  public void close() {
    synchronized (OPEN) {
      Deque<FrozenParameters> others = OPEN.get(key);
      if (others != null) {
        others.remove(this);
        if (others.isEmpty()) {
          OPEN.remove(key);
        }
      }
    }
  }
}
