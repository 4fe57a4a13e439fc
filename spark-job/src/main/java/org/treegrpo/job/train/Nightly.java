package org.treegrpo.job.train;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.registry.Night;
import org.treegrpo.job.registry.NightDirectory;
import org.treegrpo.job.registry.NightResult;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.RegistryWriter;
import org.treegrpo.job.registry.Version;
import org.treegrpo.job.report.NightsPage;
import org.treegrpo.job.report.ReportWriter;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.NightlySettings;
import org.treegrpo.job.settings.Secrets;
import org.treegrpo.job.settings.TrainSettings;

/**
 * One night as a transaction on a registry: train what is promoted, add the result as a version,
 * hold it to the gate, promote it. Every step is found again by a process that repeats the command,
 * and none is done twice; readers of the registry see the outcome when it is promoted, and nothing
 * before.
 */
public final class Nightly {

  private static final Logger LOG = LoggerFactory.getLogger(Nightly.class);
  private static final Duration BETWEEN_CALLS = Duration.ofSeconds(2);

  private final SettingsOf plans;
  private final RegistryWriter writer;
  private final SparkConf spark;
  private final Configuration hadoop;
  private final PrintStream out;
  private final Clock clock;
  private final NightlySettings settings;

  /**
   * @param plans the settings of the configuration
   * @param out receives progress
   */
  public Nightly(
      SettingsOf plans,
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
    this.settings = plans.with(List.of("treegrpo.run-dir=none")).nightly();
  }

  /**
   * Begins a night, or goes on with it; nothing is left to do for one that has its result.
   *
   * @param id of letters, digits, dots, dashes and underscores, 64 at most
   * @throws InvalidInputException if the id or an input cannot be used
   */
  public NightResult run(String id) throws IOException {
    NightDirectory night = directory(writer.registry(), id);
    Optional<NightResult> earlier = night.result();
    NightResult result;
    if (earlier.isPresent() && isLast(night, earlier.get())) {
      result = earlier.get();
    } else {
      try {
        result = toItsEnd(night);
      } catch (IOException | RuntimeException e) {
        failed(night, e);
        throw e;
      }
      night.ended(result);
    }
    publish(night, result);
    return result;
  }

  /** Whether nothing has changed that a night which waits for approval was judged by. */
  private boolean isLast(NightDirectory night, NightResult result) throws IOException {
    return result.status() != NightResult.Status.WAITING
        || Objects.equals(
            night.judgement().map(Judgement::incumbent).orElse(null), incumbent().orElse(null));
  }

  private Optional<String> incumbent() throws IOException {
    return writer.registry().current().map(Promotion::version);
  }

  private NightResult toItsEnd(NightDirectory directory) throws IOException {
    Night night = begin(directory);
    TrainSettings training = plans.with(changes(night, directory));
    try (Session session = Session.open(spark, training.cluster())) { // of all its steps
      TrainingRun.trainOrResume(training, spark, hadoop, out);
      Version version = add(training);
      Judgement judgement = judgement(night, version, directory);
      boolean passed = judgement.verdict().passed();
      boolean done = hasPromoted(night.id()); // and perhaps others after it
      boolean waits = passed && settings.approval() && !done;
      if (passed && !waits && !done) {
        writer.promote(version.id(), "night " + night.id(), night.id());
      }
      return new NightResult(
          night.id(),
          waits
              ? NightResult.Status.WAITING
              : passed ? NightResult.Status.PROMOTED : NightResult.Status.REFUSED,
          version.id(),
          night.parent(),
          clock.instant().toString(),
          judgement.verdict());
    }
  }

  private boolean hasPromoted(String night) throws IOException {
    return writer.registry().promotions().stream().anyMatch(one -> night.equals(one.night()));
  }

  /**
   * What was said holds as long as the version is in force by which it was judged; what this night
   * has promoted already is not judged again, whatever was done since.
   */
  private Judgement judgement(Night night, Version version, NightDirectory directory)
      throws IOException {
    Optional<Judgement> said =
        directory.judgement().filter(judgement -> judgement.version().equals(version.id()));
    boolean stands =
        said.isPresent()
            && (hasPromoted(night.id())
                || Objects.equals(said.get().incumbent(), incumbent().orElse(null)));
    if (stands) {
      return said.get();
    }
    Judgement judgement =
        new Judge(
                changes -> {
                  List<String> all = new ArrayList<>(changes);
                  all.add("treegrpo.run-dir=none");
                  return plans.with(all);
                },
                writer.registry(),
                hadoop)
            .judge(version.id(), night.id(), spark);
    directory.judged(judgement);
    writer.record(judgement);
    return judgement;
  }

  /**
   * Promotes what a night has made and the gate has let pass.
   *
   * @param by who approves
   * @throws InvalidInputException if the night does not wait, or was judged by a version that is no
   *     longer in force
   */
  public NightResult approve(String id, String by) throws IOException {
    NightDirectory night = directory(writer.registry(), id);
    NightResult result =
        night
            .result()
            .orElseThrow(
                () ->
                    new InvalidInputException("--approve: night '%s' has no result".formatted(id)));
    if (result.status() == NightResult.Status.REFUSED) {
      throw new InvalidInputException(
          "--approve: night '%s' was refused: %s; registry promote %s overrules the gate"
              .formatted(id, result.verdict().reasons(), result.version()));
    }
    if (result.status() == NightResult.Status.WAITING) {
      if (!hasPromoted(id)) { // else ended between its promotion and its result
        if (!isLast(night, result)) {
          throw new InvalidInputException(
              "--approve: night '%s' was judged by %s, and %s is promoted now; nightly --id %s judges it again"
                  .formatted(
                      id,
                      night.judgement().map(Judgement::incumbent).orElse("the base"),
                      incumbent().orElse("nothing"),
                      id));
        }
        writer.promote(result.version(), "night %s, approved by %s".formatted(id, by), id);
      }
      result = result.as(NightResult.Status.PROMOTED, clock.instant().toString());
      night.ended(result);
    }
    publish(night, result);
    return result;
  }

  /** What a night came to; empty where it is not over, or was never begun. */
  public static Optional<NightResult> result(Registry registry, String id) throws IOException {
    return directory(registry, id).result();
  }

  /** Directory of a night, whether it was begun or not. */
  public static NightDirectory directory(Registry registry, String id) {
    if (!Night.ID.matcher(id).matches()) {
      throw new InvalidInputException(
          "--id: '%s' must be 1 to 64 letters, digits, dots, dashes and underscores, a letter or a digit first"
              .formatted(id));
    }
    return registry.night(id);
  }

  private Night begin(NightDirectory directory) throws IOException {
    Optional<Night> begun = directory.night();
    if (begun.isPresent()) {
      out.printf("night %s goes on, begun %s%n", directory.id(), begun.get().started());
      return begun.get();
    }
    Night night = new Night(directory.id(), clock.instant().toString(), incumbent().orElse(null));
    directory.begin(night);
    return night;
  }

  private List<String> changes(Night night, NightDirectory directory) {
    String runDir = "treegrpo.run-dir=" + directory.run();
    String parent = night.parent();
    if (parent == null) {
      return List.of(runDir);
    }
    Path weights = new Path(writer.registry().directory(parent), Registry.WEIGHTS);
    return List.of(runDir, "treegrpo.policy.weights=" + weights);
  }

  private Version add(TrainSettings training) throws IOException {
    return VersionExport.add(
        training,
        new PolicyWeightsChoice(
            Optional.empty(),
            Optional.of(training.runDir()),
            Optional.empty(),
            PolicyWeightsChoice.Kind.AVERAGE),
        hadoop,
        writer);
  }

  /** For people and the webhook; the outcome does not depend on it, and a repetition does it. */
  private void publish(NightDirectory night, NightResult result) throws IOException {
    try {
      Optional<Judgement> judgement = night.judgement();
      if (judgement.isPresent()) {
        RunFiles.write(
            night.fs(), new RunLayout(night.run()).gate(), RunJson.pretty(judgement.get()));
        ReportWriter.write(night.fs(), night.run());
      }
      NightsPage.write(writer.registry());
    } catch (IOException e) {
      LOG.warn("night {} is {}, but its page is not there: {}", night.id(), result.status(), e);
    }
    boolean told =
        night.told().map(NightDirectory.Told::status).filter(result.status()::equals).isPresent();
    if (!told && !settings.webhook().isEmpty()) {
      Webhook.Message message =
          message(night, result.status().toString(), result.version(), result.verdict().reasons());
      if (webhook().tell(message)) {
        night.told(new NightDirectory.Told(result.status(), clock.instant().toString()));
      }
    }
  }

  private void failed(NightDirectory night, Exception failure) {
    String error = Secrets.ofThisProcess().mask(RootFailure.message(failure));
    try {
      if (night.night().isPresent()) {
        night.failed(new NightDirectory.Failure(clock.instant().toString(), error));
        NightsPage.write(writer.registry());
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    webhook().tell(message(night, "failed", null, error));
  }

  private Webhook webhook() {
    return new Webhook(settings.webhook(), BETWEEN_CALLS);
  }

  private Webhook.Message message(
      NightDirectory night, String status, @Nullable String version, String reasons) {
    return new Webhook.Message(
        writer.registry().root().toString(), night.id(), status, version, reasons);
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
