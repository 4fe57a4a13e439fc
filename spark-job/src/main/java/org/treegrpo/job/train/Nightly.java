package org.treegrpo.job.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.registry.Night;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.RegistryWriter;
import org.treegrpo.job.registry.Version;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;

/**
 * One night as a transaction on a registry: train what is promoted, add the result as a version,
 * hold it to the gate, promote it. Every step is found again by a process that repeats the command,
 * and none is done twice; readers of the registry see the outcome when it is promoted, and nothing
 * before.
 */
public final class Nightly {

  /** The settings of a night's steps. */
  public interface Plans {

    /**
     * The configuration's settings.
     *
     * @param changes {@code treegrpo.key=value} on top of them
     */
    TrainSettings with(List<String> changes);
  }

  private final Plans plans;
  private final RegistryWriter writer;
  private final SparkConf spark;
  private final Configuration hadoop;
  private final PrintStream out;
  private final Clock clock;

  /**
   * @param out receives progress
   */
  public Nightly(
      Plans plans,
      RegistryWriter writer,
      SparkConf spark,
      Configuration hadoop,
      PrintStream out,
      Clock clock) {
    this.plans = plans;
    this.writer = writer;
    this.spark = spark;
    this.hadoop = hadoop;
    this.out = out;
    this.clock = clock;
  }

  /**
   * Begins a night, or goes on with it; nothing is left to do for one that has its result.
   *
   * @param id of letters, digits, dots, dashes and underscores, 64 at most
   * @throws InvalidInputException if the id or an input cannot be used
   */
  public NightResult run(String id) throws IOException {
    Path directory = directory(writer.registry(), id);
    Optional<NightResult> earlier = result(writer.registry(), id);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    Night night = begin(id, new Path(directory, Night.NAME));
    TrainSettings settings = plans.with(changes(night, directory));
    try (Session session = Session.open(spark, settings.cluster())) { // of all its steps
      TrainingRun.trainOrResume(settings, spark, hadoop, out);
      Version version = add(settings);
      Judgement judgement = judgement(night, version, directory);
      NightResult result =
          new NightResult(
              id,
              judgement.verdict().passed()
                  ? NightResult.Status.PROMOTED
                  : NightResult.Status.REFUSED,
              version.id(),
              night.parent(),
              clock.instant().toString(),
              judgement.verdict());
      replace(new Path(directory, "result.json"), result);
      return result;
    }
  }

  /**
   * What the gate said in a night.
   *
   * @param incumbent that the version was judged by; null for the base
   */
  record Judgement(String version, @Nullable String incumbent, GateVerdict verdict) {}

  /**
   * Judges and promotes. What was said holds as long as the version is in force by which it was
   * judged; what this night has promoted already is not promoted again, whatever was done since.
   */
  private Judgement judgement(Night night, Version version, Path directory) throws IOException {
    Registry registry = writer.registry();
    Path file = new Path(directory, "verdict.json");
    Optional<Judgement> said =
        RunFiles.readJson(fs(), file, Judgement.class)
            .filter(judgement -> judgement.version().equals(version.id()));
    boolean promoted =
        registry.promotions().stream().anyMatch(one -> night.id().equals(one.night()));
    if (promoted && said.isPresent()) {
      return said.get();
    }
    String incumbent = registry.current().map(Promotion::version).orElse(null);
    if (said.isEmpty() || !Objects.equals(said.get().incumbent(), incumbent)) {
      GateVerdict verdict =
          new Judge(plans.with(List.of("treegrpo.run-dir=none")), registry, hadoop)
              .judge(version.id(), spark);
      said = Optional.of(new Judgement(version.id(), incumbent, verdict));
      replace(file, said.get());
      writer.record(version.id(), verdict);
    }
    if (said.get().verdict().passed()) {
      writer.promote(version.id(), "night " + night.id(), night.id());
    }
    return said.get();
  }

  /** What a night came to; empty where it is not over, or was never begun. */
  public static Optional<NightResult> result(Registry registry, String id) throws IOException {
    Path file = new Path(directory(registry, id), "result.json");
    return RunFiles.readJson(registry.fs(), file, NightResult.class);
  }

  /** Directory of a night, whether it was begun or not. */
  public static Path directory(Registry registry, String id) {
    if (!Night.ID.matcher(id).matches()) {
      throw new InvalidInputException(
          "--id: '%s' must be 1 to 64 letters, digits, dots, dashes and underscores, a letter or a digit first"
              .formatted(id));
    }
    return registry.night(id);
  }

  private Night begin(String id, Path file) throws IOException {
    Optional<Night> begun = RunFiles.readJson(fs(), file, Night.class);
    if (begun.isPresent()) {
      out.printf("night %s goes on, begun %s%n", id, begun.get().started());
      return begun.get();
    }
    Night night =
        new Night(
            id,
            clock.instant().toString(),
            writer.registry().current().map(Promotion::version).orElse(null));
    replace(file, night);
    return night;
  }

  private List<String> changes(Night night, Path directory) {
    String runDir = "treegrpo.run-dir=" + new Path(directory, "run");
    String parent = night.parent();
    if (parent == null) {
      return List.of(runDir);
    }
    Path weights = new Path(writer.registry().directory(parent), Registry.WEIGHTS);
    return List.of(runDir, "treegrpo.policy.weights=" + weights);
  }

  private Version add(TrainSettings settings) throws IOException {
    return VersionExport.add(
        settings,
        new PolicyWeightsChoice(
            Optional.empty(),
            Optional.of(settings.runDir()),
            Optional.empty(),
            PolicyWeightsChoice.Kind.AVERAGE),
        hadoop,
        writer);
  }

  private FileSystem fs() {
    return writer.registry().fs();
  }

  private void replace(Path file, Object value) throws IOException {
    byte[] json = RunJson.pretty(value).getBytes(StandardCharsets.UTF_8);
    AtomicFiles.replace(fs(), file, stream -> stream.write(json));
  }

  /**
   * Takes a registry's lock as a night does: it waits until it is known whether a silent holder is
   * dead.
   *
   * @throws org.treegrpo.job.checkpoint.RunLockedException naming a holder that lives
   */
  public static RegistryWriter lock(
      RunDirectory registry, SparkConf spark, boolean singleWriter, Clock clock)
      throws IOException {
    return RegistryWriter.await(registry, RunPlace.application(spark), singleWriter, clock);
  }
}
