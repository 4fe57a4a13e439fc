package org.treegrpo.job.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.job.checkpoint.WholeDirectory;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.RunFiles;

/**
 * A registry as its readers see it: {@code versions/v000001}, .. are directories that never change,
 * and {@code promoted/PROMOTED-000001.json}, .. files that never change, of which the one of the
 * greatest number is in force. A reader needs neither a lock nor this program.
 */
public final class Registry {

  /** The weights of a version, in its directory. */
  public static final String WEIGHTS = "policy.safetensors";

  static final String DESCRIPTION = "version.json";
  private static final Set<String> REQUIRED = new TreeSet<>(Set.of(WEIGHTS, DESCRIPTION));
  private static final Set<String> KNOWN =
      new TreeSet<>(Set.of(WEIGHTS, DESCRIPTION, LoraFile.NAME));
  private static final Pattern VERSION = Pattern.compile("v(\\d{6,9})");
  private static final Pattern PROMOTION = Pattern.compile("PROMOTED-(\\d{6,9})\\.json");

  private final RunDirectory directory;

  public Registry(RunDirectory directory) {
    this.directory = directory;
  }

  /** The file system that it is on. */
  public FileSystem fs() {
    return directory.fs();
  }

  /** Its directory. */
  public Path root() {
    return directory.root();
  }

  Path promoted() {
    return new Path(root(), "promoted");
  }

  /** Directory of a version, whether it is there or not. */
  public Path directory(String id) {
    return new Path(root(), "versions/" + id);
  }

  /** All versions that are there as a whole, oldest first. */
  public List<Version> versions() throws IOException {
    List<Version> versions = new ArrayList<>();
    for (String id : ids()) {
      if (isWhole(id)) {
        RunFiles.readJson(fs(), description(id), Version.class).ifPresent(versions::add);
      }
    }
    return versions;
  }

  /** Ids of all directories of versions, those that were not finished too, oldest first. */
  List<String> ids() throws IOException {
    return names(new Path(root(), "versions"), VERSION).stream()
        .sorted(Comparator.comparingInt(id -> number(VERSION, id)))
        .toList();
  }

  boolean isWhole(String id) throws IOException {
    return new WholeDirectory(fs(), directory(id)).isFinished();
  }

  /**
   * A version.
   *
   * @throws RegistryException if there is none of that id
   */
  public Version version(String id) throws IOException {
    if (!VERSION.matcher(id).matches() || !isWhole(id)) {
      throw new RegistryException(
          "%s: has no version '%s'; it has %s"
              .formatted(root(), id, versions().stream().map(Version::id).toList()));
    }
    return RunFiles.readJson(fs(), description(id), Version.class)
        .orElseThrow(() -> new RegistryException(description(id) + ": is missing"));
  }

  private Path description(String id) {
    return new Path(directory(id), DESCRIPTION);
  }

  /**
   * Reads every byte of a version.
   *
   * @throws org.treegrpo.job.checkpoint.CheckpointException listing what is wrong with it
   */
  public void verify(String id) throws IOException {
    new WholeDirectory(fs(), directory(id)).verify(REQUIRED, KNOWN);
  }

  /** Directory of a night, whether it was begun or not. */
  public NightDirectory night(String id) {
    return new NightDirectory(fs(), new Path(root(), "nights/" + id));
  }

  /** Ids of all directories of nights, in no order. */
  public List<String> nightIds() throws IOException {
    return names(new Path(root(), "nights"), Night.ID);
  }

  /** Nights that were begun, in the order in which they were. */
  List<Night> nights() throws IOException {
    List<Night> nights = new ArrayList<>();
    for (String id : nightIds()) {
      night(id).night().ifPresent(nights::add);
    }
    nights.sort(Comparator.comparing(Night::started).thenComparing(Night::id));
    return nights;
  }

  /** Nights that are not over: without a result, or waiting for approval. */
  List<Night> openNights() throws IOException {
    List<Night> open = new ArrayList<>();
    for (Night night : nights()) {
      Optional<NightResult> result = night(night.id()).result();
      if (result.isEmpty() || result.get().status() == NightResult.Status.WAITING) {
        open.add(night);
      }
    }
    return open;
  }

  /** The promotion in force, the one of the greatest number; empty before the first. */
  public Optional<Promotion> current() throws IOException {
    Optional<String> last =
        names(promoted(), PROMOTION).stream()
            .max(Comparator.comparingInt(name -> number(PROMOTION, name)));
    return last.isEmpty()
        ? Optional.empty()
        : RunFiles.readJson(fs(), new Path(promoted(), last.get()), Promotion.class);
  }

  /** All promotions, oldest first. */
  public List<Promotion> promotions() throws IOException {
    List<Promotion> promotions = new ArrayList<>();
    for (String name : names(promoted(), PROMOTION)) {
      RunFiles.readJson(fs(), new Path(promoted(), name), Promotion.class)
          .ifPresent(promotions::add);
    }
    promotions.sort(Comparator.comparingInt(Promotion::number));
    return promotions;
  }

  private List<String> names(Path parent, Pattern pattern) throws IOException {
    if (!fs().exists(parent)) {
      return List.of();
    }
    return Arrays.stream(fs().listStatus(parent))
        .map(FileStatus::getPath)
        .map(Path::getName)
        .filter(name -> pattern.matcher(name).matches())
        .toList();
  }

  private static int number(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  /** The id after all that were ever given, as far as their directories are there. */
  String nextId() throws IOException {
    List<String> ids = ids();
    int last = ids.isEmpty() ? 0 : number(VERSION, ids.get(ids.size() - 1));
    int promotedLast =
        promotions().stream().mapToInt(one -> number(VERSION, one.version())).max().orElse(0);
    return "v%06d".formatted(Math.max(last, promotedLast) + 1);
  }
}
