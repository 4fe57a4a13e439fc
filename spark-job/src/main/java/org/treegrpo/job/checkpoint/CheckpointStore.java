package org.treegrpo.job.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.optim.OffHeapVector;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.files.HadoopSource;
import org.treegrpo.job.files.RunDirectory;

/**
 * The checkpoints of a run. A checkpoint is valid only if its manifest, written last, matches every
 * file it lists; whatever a crash leaves behind is not.
 */
public final class CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String POLICY = "policy.safetensors";
  private static final String EMA = "ema.safetensors";
  private static final String OLD = "old.safetensors";
  private static final String ESTIMATOR = "estimator.json";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String STATE = "state.json";
  private static final Set<String> REQUIRED = new TreeSet<>(Set.of(POLICY, OPTIMIZER, STATE));
  private static final Set<String> KNOWN =
      new TreeSet<>(Set.of(POLICY, OPTIMIZER, STATE, EMA, OLD, ESTIMATOR));
  private static final List<String> MOMENTS = List.of("/exp_avg", "/exp_avg_sq");
  private static final Pattern DIRECTORY = Pattern.compile("round-(\\d{6,9})");

  private final RunDirectory run;
  private final FileSystem fs;
  private final Map<String, String> metadata;
  private int saved = Integer.MAX_VALUE;

  /** The store of a run; its directories are created by the first checkpoint. */
  public CheckpointStore(RunDirectory run) {
    this(run, Map.of());
  }

  /**
   * The store of a run.
   *
   * @param metadata of the files of weights, besides their round
   */
  public CheckpointStore(RunDirectory run, Map<String, String> metadata) {
    this.run = run;
    this.fs = run.fs();
    this.metadata = Map.copyOf(metadata);
  }

  /**
   * A checkpoint whose every byte was just checked.
   *
   * @param files their names
   */
  public record Verified(Path directory, CheckpointState state, Set<String> files) {}

  /**
   * Writes a checkpoint, in the place of whatever an earlier attempt left at its round.
   *
   * @return its directory
   */
  public Path save(Checkpoint checkpoint) throws IOException {
    long start = System.nanoTime();
    CheckpointState state = checkpoint.state();
    ParameterLayout layout = checkpoint.layout();
    String sha256 = WeightsDigest.sha256(checkpoint.weights());
    if (!sha256.equals(state.weightsSha256())) {
      throw new IllegalArgumentException(
          "weights_sha256 must be that of the weights, %s, was %s"
              .formatted(sha256, state.weightsSha256()));
    }
    Path directory = run.checkpoint(state.round());
    WholeDirectory files = new WholeDirectory(fs, directory);
    files.delete();
    Map<String, String> described = new TreeMap<>(metadata);
    described.put("format", "pt");
    described.put("round", Integer.toString(state.round()));
    files.write(POLICY, out -> PolicyWeights.write(out, layout, checkpoint.weights(), described));
    for (Map.Entry<String, Optional<float[]>> vector :
        List.of(Map.entry(EMA, checkpoint.ema()), Map.entry(OLD, checkpoint.old()))) {
      if (vector.getValue().isPresent()) {
        float[] values = vector.getValue().get();
        files.write(vector.getKey(), out -> PolicyWeights.write(out, layout, values, described));
      }
    }
    if (checkpoint.estimator().length > 0) {
      files.write(ESTIMATOR, out -> out.write(checkpoint.estimator()));
    }
    List<OffHeapVector> moments = List.of(checkpoint.firstMoment(), checkpoint.secondMoment());
    files.write(OPTIMIZER, out -> PolicyWeights.write(out, layout, MOMENTS, moments, described));
    byte[] stateJson = CheckpointJson.bytes(CheckpointJson.render(state));
    files.write(STATE, out -> out.write(stateJson));
    long bytes = files.finish();
    saved = state.round();
    LOG.info(
        "checkpoint of round {} written: {}, {} bytes in {} s",
        state.round(),
        directory,
        bytes,
        Duration.ofNanos(System.nanoTime() - start).toMillis() / 1e3);
    return directory;
  }

  /**
   * The newest valid checkpoint. Reads every byte of those it tries.
   *
   * @param refusals receives a line for each newer one that is not valid; where this is not empty
   *     and the result is, a caller must not start over silently
   */
  public Optional<Verified> newestValid(List<String> refusals) throws IOException {
    for (Path directory : directories().descendingMap().values()) {
      try {
        return Optional.of(verify(directory));
      } catch (CheckpointException e) {
        refusals.add(e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Whether any checkpoint was ever finished, whatever has become of it. */
  public boolean hasFinished() throws IOException {
    for (Path directory : directories().values()) {
      if (new WholeDirectory(fs, directory).isFinished()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Checks one checkpoint against its manifest.
   *
   * @throws CheckpointException listing everything that is wrong with it
   */
  public Verified verify(Path directory) throws IOException {
    Set<String> files = new WholeDirectory(fs, directory).verify(REQUIRED, KNOWN);
    CheckpointState state = CheckpointJson.state(fs, new Path(directory, STATE));
    Matcher name = DIRECTORY.matcher(directory.getName());
    if (name.matches() && Integer.parseInt(name.group(1)) != state.round()) {
      throw new CheckpointException(directory, "must be of its round; found " + state.round());
    }
    return new Verified(directory, state, files);
  }

  /**
   * Loads a checkpoint into vectors of the given layout.
   *
   * @throws IOException where it is the checkpoint of a policy with other tensors
   */
  public Checkpoint load(Verified verified, ParameterLayout layout) throws IOException {
    Path directory = verified.directory();
    float[] weights = PolicyWeights.load(source(directory, POLICY), layout);
    String sha256 = WeightsDigest.sha256(weights);
    if (!sha256.equals(verified.state().weightsSha256())) {
      throw new CheckpointException(
          directory,
          "weights_sha256 must be %s, the weights have %s"
              .formatted(verified.state().weightsSha256(), sha256));
    }
    List<OffHeapVector> moments = PolicyWeights.load(source(directory, OPTIMIZER), layout, MOMENTS);
    return new Checkpoint(
        verified.state(),
        layout,
        weights,
        optional(verified, EMA, layout),
        optional(verified, OLD, layout),
        moments.get(0),
        moments.get(1),
        estimator(verified));
  }

  private byte[] estimator(Verified verified) throws IOException {
    if (!verified.files().contains(ESTIMATOR)) {
      return new byte[0];
    }
    try (InputStream in = fs.open(new Path(verified.directory(), ESTIMATOR))) {
      return in.readAllBytes();
    }
  }

  private Optional<float[]> optional(Verified verified, String name, ParameterLayout layout)
      throws IOException {
    return verified.files().contains(name)
        ? Optional.of(PolicyWeights.load(source(verified.directory(), name), layout))
        : Optional.empty();
  }

  /**
   * Deletes all finished checkpoints but the newest {@code keep}, unfinished ones older than the
   * newest finished one, and finished ones of later rounds than the one saved last, which the run
   * was not resumed from because they are damaged. The checkpoint saved last is always kept.
   */
  public void prune(int keep) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be at least 1, was " + keep);
    }
    int finished = 0;
    List<Path> superfluous = new ArrayList<>();
    for (Map.Entry<Integer, Path> entry : directories().descendingMap().entrySet()) {
      boolean isFinished = new WholeDirectory(fs, entry.getValue()).isFinished();
      boolean isDamaged = isFinished && entry.getKey() > saved;
      if (isFinished && !isDamaged) {
        finished++;
      }
      if (isDamaged || finished > keep || (!isFinished && finished > 0)) {
        superfluous.add(entry.getValue());
      }
    }
    for (Path directory : superfluous) {
      new WholeDirectory(fs, directory).delete();
    }
  }

  private HadoopSource source(Path directory, String name) {
    return new HadoopSource(fs, new Path(directory, name));
  }

  private NavigableMap<Integer, Path> directories() throws IOException {
    NavigableMap<Integer, Path> directories = new TreeMap<>();
    if (!fs.exists(run.checkpoints())) {
      return directories;
    }
    for (FileStatus status : fs.listStatus(run.checkpoints())) {
      Matcher name = DIRECTORY.matcher(status.getPath().getName());
      if (status.isDirectory() && name.matches()) {
        directories.put(Integer.parseInt(name.group(1)), status.getPath());
      }
    }
    return directories;
  }
}
