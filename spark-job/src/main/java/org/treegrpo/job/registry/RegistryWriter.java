package org.treegrpo.job.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.checkpoint.WholeDirectory;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.metrics.RunJson;

/**
 * Changes a registry, of which it holds the lock. Whatever ends it half way leaves the registry as
 * it was to its readers, and the same call again does the rest.
 */
public final class RegistryWriter implements Closeable {

  private final RunLock lock;
  private final Registry registry;
  private final Clock clock;

  private RegistryWriter(RunLock lock, Clock clock) {
    this.lock = lock;
    this.registry = new Registry(lock.directory());
    this.clock = clock;
  }

  /**
   * Takes the lock of a registry, whose directory is made where it is not there.
   *
   * @param who for others that find it held
   * @param singleWriter whether the caller knows that nobody else writes, which a store without
   *     conditional writes needs
   * @throws org.treegrpo.job.checkpoint.RunLockedException where another holds the lock
   * @throws RegistryException on a store on which two writers cannot be told apart
   */
  public static RegistryWriter open(
      RunDirectory directory, String who, boolean singleWriter, Clock clock) throws IOException {
    requireTellsWritersApart(directory, singleWriter);
    return new RegistryWriter(RunLock.acquire(directory, who), clock);
  }

  /** The same for a command that is repeated: waits until a silent holder is known to be dead. */
  public static RegistryWriter await(
      RunDirectory directory, String who, boolean singleWriter, Clock clock) throws IOException {
    requireTellsWritersApart(directory, singleWriter);
    return new RegistryWriter(RunLock.await(directory, who), clock);
  }

  private static void requireTellsWritersApart(RunDirectory directory, boolean singleWriter)
      throws IOException {
    Path root = directory.root();
    if (!singleWriter
        && AtomicFiles.appearWhole(directory.fs(), root)
        && !directory
            .fs()
            .hasPathCapability(root, CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE)) {
      throw new RegistryException(
          "%s: its store has no conditional writes, so two writers could promote at the same time; give --single-writer where there is only one"
              .formatted(root));
    }
  }

  public Registry registry() {
    return registry;
  }

  /**
   * Adds a version. One of the same run, round and weights is there only once.
   *
   * @param draft without id and time
   * @param files by name, {@code policy.safetensors} among them
   */
  public Version add(Version draft, Map<String, AtomicFiles.Content> files) throws IOException {
    for (Version earlier : registry.versions()) {
      if (draft.as(earlier.id(), earlier.made()).equals(earlier)) {
        return earlier;
      }
    }
    for (String id : registry.ids()) {
      if (!registry.isWhole(id)) { // what a death has left; nobody has seen it
        new WholeDirectory(registry.fs(), registry.directory(id)).delete();
      }
    }
    Version version = draft.as(registry.nextId(), clock.instant().toString());
    WholeDirectory directory = new WholeDirectory(registry.fs(), registry.directory(version.id()));
    for (Map.Entry<String, AtomicFiles.Content> file : files.entrySet()) {
      directory.write(file.getKey(), file.getValue());
    }
    directory.write(Registry.DESCRIPTION, out -> out.write(json(version)));
    directory.finish();
    return version;
  }

  /** Keeps what the gate said of a version, in the place of what it said earlier. */
  public void record(String id, GateVerdict verdict) throws IOException {
    registry.version(id);
    AtomicFiles.replace(registry.fs(), registry.verdictFile(id), out -> out.write(json(verdict)));
  }

  /**
   * Puts a version in force, after every byte of it was read; nothing where it is already.
   *
   * @param reason for people
   * @throws RegistryException if there is no such version
   */
  public Promotion promote(String id, String reason) throws IOException {
    registry.version(id);
    Optional<Promotion> current = registry.current();
    if (current.isPresent() && current.get().version().equals(id)) {
      return current.get();
    }
    registry.verify(id);
    Promotion promotion =
        new Promotion(
            current.map(Promotion::number).orElse(0) + 1,
            id,
            current.map(Promotion::version).orElse(null),
            clock.instant().toString(),
            reason);
    create(
        new Path(registry.promoted(), "PROMOTED-%06d.json".formatted(promotion.number())),
        json(promotion));
    return promotion;
  }

  /**
   * Puts the version in force that was so before the one that is now.
   *
   * @throws RegistryException if there is none
   */
  public Promotion rollback(String reason) throws IOException {
    List<Promotion> promotions = registry.promotions();
    String now = promotions.isEmpty() ? "" : promotions.get(promotions.size() - 1).version();
    // Those that were rolled back from are not gone back to.
    List<String> standing = new ArrayList<>();
    for (Promotion promotion : promotions) {
      int known = standing.indexOf(promotion.version());
      if (known >= 0) {
        standing.subList(known + 1, standing.size()).clear();
      } else {
        standing.add(promotion.version());
      }
    }
    if (standing.size() < 2) {
      throw new RegistryException(
          "%s: there is no earlier version to go back to%s; name one with promote"
              .formatted(registry.root(), now.isEmpty() ? "" : " from " + now));
    }
    return promote(standing.get(standing.size() - 2), reason);
  }

  /**
   * Deletes versions: what was never finished, what was promoted before the last {@code keep} ones,
   * and what was never promoted but for the newest {@code candidates}. The one in force stays.
   *
   * @return ids of those that are gone
   */
  public List<String> collect(int keep, int candidates) throws IOException {
    Set<String> stays = new HashSet<>();
    Set<String> wasPromoted = new HashSet<>();
    List<Promotion> promotions = registry.promotions();
    for (int i = promotions.size() - 1; i >= 0; i--) {
      String id = promotions.get(i).version();
      wasPromoted.add(id);
      if (stays.size() < Math.max(1, keep)) {
        stays.add(id);
      }
    }
    List<String> ids = registry.ids();
    int others = 0;
    for (int i = ids.size() - 1; i >= 0; i--) {
      String id = ids.get(i);
      if (!wasPromoted.contains(id) && registry.isWhole(id) && others < candidates) {
        stays.add(id);
        others++;
      }
    }
    List<String> gone = new ArrayList<>();
    for (String id : ids) {
      if (!stays.contains(id)) {
        new WholeDirectory(registry.fs(), registry.directory(id)).delete();
        gone.add(id);
      }
    }
    return gone;
  }

  private void create(Path file, byte[] content) throws IOException {
    registry.fs().mkdirs(file.getParent());
    if (AtomicFiles.appearWhole(registry.fs(), file.getParent())) {
      try (OutputStream out = AtomicFiles.openNew(registry.fs(), file)) {
        out.write(content);
      }
    } else {
      AtomicFiles.create(registry.fs(), file, out -> out.write(content));
    }
  }

  private static byte[] json(Object value) {
    return RunJson.pretty(value).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
