package org.treegrpo.job.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.checkpoint.WholeDirectory;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.gate.Judgement;
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
   * Adds a version. One of the same weights, rounds and parent is there only once.
   *
   * @param draft without id and time
   * @param files by name, {@code policy.safetensors} among them
   */
  public Version add(Version draft, Map<String, AtomicFiles.Content> files) throws IOException {
    for (Version earlier : registry.versions()) {
      if (draft.isAs(earlier)) {
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
  public void record(Judgement judgement) throws IOException {
    registry.version(judgement.version());
    AtomicFiles.replace(
        registry.fs(),
        new Path(registry.root(), "verdicts/%s.json".formatted(judgement.version())),
        out -> out.write(json(judgement)));
  }

  /**
   * Puts a version in force, after every byte of it was read; nothing where it is already.
   *
   * @param reason for people
   * @throws RegistryException if there is no such version
   */
  public Promotion promote(String id, String reason) throws IOException {
    return promote(id, reason, null);
  }

  /**
   * The same for a night.
   *
   * @param night its id; null where a person promotes
   */
  public Promotion promote(String id, String reason, @Nullable String night) throws IOException {
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
            reason,
            night);
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
    List<String> standing = standing();
    for (int i = standing.size() - 2; i >= 0; i--) {
      if (registry.isWhole(standing.get(i))) {
        return promote(standing.get(i), reason);
      }
    }
    throw new RegistryException(
        "%s: there is no earlier version to go back to%s; name one with promote"
            .formatted(
                registry.root(),
                standing.isEmpty() ? "" : " from " + standing.get(standing.size() - 1)));
  }

  /** Versions that were promoted and not rolled back from, in their order. */
  private List<String> standing() throws IOException {
    List<String> standing = new ArrayList<>();
    for (Promotion promotion : registry.promotions()) {
      int known = standing.indexOf(promotion.version());
      if (known >= 0) {
        standing.subList(known + 1, standing.size()).clear();
      } else {
        standing.add(promotion.version());
      }
    }
    return standing;
  }

  /**
   * Deletes what is no longer wanted: versions that were never finished, promoted ones but for
   * those that rollbacks lead to first, candidates that were never promoted, and checkpoints of
   * nights that are over. What is in force, the newest version, and what a night that is not over
   * needs, stay.
   *
   * @return names of what is gone: ids of versions, and paths of checkpoints below the registry
   */
  public List<String> collect(Retention retention) throws IOException {
    List<String> ids = registry.ids();
    Set<String> stays = needed(retention.candidateAge());
    for (int i = ids.size() - 1; i >= 0; i--) {
      if (registry.isWhole(ids.get(i))) {
        stays.add(ids.get(i)); // no id is given twice
        break;
      }
    }
    List<String> standing = standing();
    int from = Math.max(0, standing.size() - Math.max(1, retention.promoted()));
    stays.addAll(standing.subList(from, standing.size()));
    stays.addAll(candidates(retention));
    List<String> gone = new ArrayList<>();
    for (String id : ids) {
      if (!stays.contains(id)) {
        new WholeDirectory(registry.fs(), registry.directory(id)).delete();
        gone.add(id);
      }
    }
    gone.addAll(collectCheckpoints(retention.nights()));
    return gone;
  }

  /**
   * Those that were never promoted and stay: the newest, as long as they are neither too old nor
   * too large.
   */
  private List<String> candidates(Retention retention) throws IOException {
    Set<String> wasPromoted = new HashSet<>();
    registry.promotions().forEach(promotion -> wasPromoted.add(promotion.version()));
    List<Version> versions = registry.versions();
    List<String> stay = new ArrayList<>();
    long bytes = 0;
    for (int i = versions.size() - 1; i >= 0 && stay.size() < retention.candidates(); i--) {
      Version version = versions.get(i);
      if (!wasPromoted.contains(version.id())) {
        bytes += registry.fs().getContentSummary(registry.directory(version.id())).getLength();
        Duration age = Duration.between(Instant.parse(version.made()), clock.instant());
        if (bytes > retention.candidateBytes() || age.compareTo(retention.candidateAge()) > 0) {
          break;
        }
        stay.add(version.id());
      }
    }
    return stay;
  }

  private List<String> collectCheckpoints(int nights) throws IOException {
    Set<Night> open = new HashSet<>(registry.openNights());
    List<Night> over = new ArrayList<>(registry.nights());
    over.removeAll(open);
    List<String> gone = new ArrayList<>();
    for (Night night : over.subList(0, Math.max(0, over.size() - nights))) {
      Path checkpoints =
          new RunDirectory(registry.fs(), registry.night(night.id()).run()).checkpoints();
      if (registry.fs().exists(checkpoints)) {
        registry.fs().delete(checkpoints, true);
        gone.add("nights/%s/run/%s".formatted(night.id(), checkpoints.getName()));
      }
    }
    return gone;
  }

  /**
   * What nights that are not over began with, and what they have made; none is waited for longer
   * than candidates are.
   */
  private Set<String> needed(Duration age) throws IOException {
    Set<String> needed = new HashSet<>();
    List<Version> versions = registry.versions();
    for (Night night : registry.openNights()) {
      Duration since = Duration.between(Instant.parse(night.started()), clock.instant());
      if (since.compareTo(age) > 0) {
        continue;
      }
      if (night.parent() != null) {
        needed.add(night.parent());
      }
      NightDirectory directory = registry.night(night.id());
      directory.judgement().ifPresent(judgement -> needed.add(judgement.version()));
      String run = directory.run().toString();
      versions.stream()
          .filter(version -> run.equals(version.run()))
          .forEach(version -> needed.add(version.id()));
    }
    return needed;
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
