package org.treegrpo.job.train;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
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
import org.treegrpo.core.random.Keys;
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
  private static final String NO_RUN_DIR = "treegrpo.run-dir=none";
  private static final Duration BETWEEN_CALLS = Duration.ofSeconds(2);

  private final SettingsOf plans;
  private final RegistryWriter writer;
  private final SparkConf spark;
  private final Configuration hadoop;
  private final PrintStream out;
  private final Clock clock;
  private final TrainSettings settings;

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
    this.settings = plans.with(List.of(NO_RUN_DIR));
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
      } catch (Throwable e) { // Spark's checked ones come without being declared
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
        || night.judgement().filter(this::stands).isPresent();
  }

  /** Whether it was found by the rules of today, against what is in force today. */
  private boolean stands(Judgement judgement) {
    try {
      return judgement.gate().equals(settings.gate())
          && Objects.equals(judgement.incumbent(), incumbent().orElse(null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
      boolean inForce = isPromoted(night.id(), version.id());
      boolean passed = judgement.verdict().passed();
      boolean waits = passed && settings.nightly().approval() && !inForce;
      if (passed && !waits && !inForce) {
        writer.promote(version.id(), "night " + night.id(), night.id());
      }
      return new NightResult(
          night.id(),
          waits
              ? NightResult.Status.WAITING
              : passed || inForce ? NightResult.Status.PROMOTED : NightResult.Status.REFUSED,
          version.id(),
          night.parent(),
          clock.instant().toString(),
          judgement.verdict());
    }
  }

  /** Whether a night has put its version in force, whatever came after it, or a person has. */
  private boolean isPromoted(String night, String version) throws IOException {
    if (incumbent().filter(version::equals).isPresent()) {
      return true;
    }
    return writer.registry().promotions().stream()
        .anyMatch(one -> night.equals(one.night()) && version.equals(one.version()));
  }

  /**
   * What was said holds as long as the version is in force by which it was judged; what this night
   * has promoted already is not judged again, whatever was done since.
   */
  private Judgement judgement(Night night, Version version, NightDirectory directory)
      throws IOException {
    Optional<Judgement> said =
        directory.judgement().filter(judgement -> judgement.version().equals(version.id()));
    if (said.isPresent()
        && (isPromoted(night.id(), version.id()) || said.filter(this::stands).isPresent())) {
      return said.get();
    }
    SettingsOf judged =
        changes -> {
          List<String> all = new ArrayList<>(changes);
          all.add(NO_RUN_DIR);
          return plans.with(all);
        };
    Judgement judgement =
        new Judge(judged, writer.registry(), hadoop).judge(version.id(), night.id(), spark);
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
      if (!isPromoted(id, result.version())) { // else ended before its result, or done by hand
        if (!isLast(night, result)) {
          throw new InvalidInputException(
              "--approve: night '%s' was judged by %s, and %s is promoted now, or the gate is another one; nightly --id %s judges it again"
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

  /** A seed of its own: the same trees on the same weights would make the same version again. */
  private List<String> changes(Night night, NightDirectory directory) {
    List<String> changes = new ArrayList<>();
    changes.add("treegrpo.run-dir=" + directory.run());
    changes.add("treegrpo.seed=" + Keys.combine(settings.seed(), night.id()));
    changes.add("treegrpo.evaluation.from=held-out");
    changes.add(
        "treegrpo.nightly.webhook=\"\""); // a run keeps no secrets, and needs none to be made again
    String parent = night.parent();
    if (parent != null) {
      Path weights = new Path(writer.registry().directory(parent), Registry.WEIGHTS);
      changes.add("treegrpo.policy.weights=" + weights);
    }
    return changes;
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
  private void publish(NightDirectory night, NightResult result) {
    try {
      Optional<Judgement> judgement = night.judgement();
      if (judgement.isPresent()) {
        RunFiles.write(
            night.fs(), new RunLayout(night.run()).gate(), RunJson.pretty(judgement.get()));
        ReportWriter.write(night.fs(), night.run());
      }
      NightsPage.write(writer.registry());
    } catch (IOException | RuntimeException e) {
      LOG.warn("night {} is {}, but its page is not there", night.id(), result.status(), e);
    }
    try {
      boolean told =
          night.told().map(NightDirectory.Told::status).filter(result.status()::equals).isPresent();
      if (!told && !settings.nightly().webhook().isEmpty()) {
        String status = result.status().toString();
        String reasons = result.verdict().reasons();
        if (webhook().tell(message(night, status, result.version(), reasons))) {
          night.told(new NightDirectory.Told(result.status(), clock.instant().toString()));
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("night {} is {}, but its webhook may not know", night.id(), result.status(), e);
    }
  }

  /** Says so to people and the webhook, who need not know of an end that was asked for. */
  private void failed(NightDirectory night, Throwable failure) {
    String error = Secrets.ofThisProcess().mask(RootFailure.message(failure));
    try {
      if (night.night().isPresent()) {
        night.failed(new NightDirectory.Failure(clock.instant().toString(), error));
        NightsPage.write(writer.registry());
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
    if (!(failure instanceof StoppedException)) {
      webhook().tell(message(night, "failed", null, error));
    }
  }

  private Webhook webhook() {
    return new Webhook(settings.nightly().webhook(), BETWEEN_CALLS);
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
