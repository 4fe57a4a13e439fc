package org.treegrpo.job.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.treegrpo.job.checkpoint.CheckpointException;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.cli.Commands;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.PolicyChoice;
import org.treegrpo.job.cli.SampleRequest;
import org.treegrpo.job.executor.Devices;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.pretrain.Pretrainer;
import org.treegrpo.job.report.ReportWriter;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.train.ImageSampler;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.PolicySession;
import org.treegrpo.job.train.PolicyWeightsChoice;
import org.treegrpo.job.train.RunPlace;
import org.treegrpo.job.train.TrainingPlan;
import org.treegrpo.job.train.TrainingRun;

/** What the commands of the command line do. */
public final class JobCommands implements Commands {

  private final SparkConf spark;
  private final Configuration hadoop;
  private final PrintStream out;

  /**
   * @param spark completed by {@link org.treegrpo.job.cluster.SparkSettings}
   * @param hadoop for the file systems of paths
   * @param out for results and progress
   */
  public JobCommands(SparkConf spark, Configuration hadoop, PrintStream out) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.out = new MaskedStream(out);
  }

  @Override
  public int train(TrainSettings settings) throws IOException {
    requireCluster(settings);
    settings.warmUpCut().ifPresent(out::println);
    return tell(settings, TrainingRun.train(settings, spark, hadoop, out));
  }

  @Override
  public int resume(TrainSettings settings) throws IOException {
    requireCluster(settings);
    settings.warmUpCut().ifPresent(out::println);
    return tell(settings, TrainingRun.resume(settings, spark, hadoop, out));
  }

  @Override
  public int evaluate(TrainSettings settings, PolicyChoice policy) {
    requireCluster(settings);
    try (PolicySession session = PolicySession.open(settings, choice(policy), spark, hadoop)) {
      EvaluationRecord figures = session.evaluate().figures();
      out.println(RunJson.pretty(figures));
    }
    return ExitCodes.DONE;
  }

  @Override
  public int sample(SampleRequest request) throws IOException {
    requireFile(request.out());
    ImageSampler.draw(
        request.settings(), choice(request.policy()), hadoop, request.prompt(), request.out());
    out.println(request.out());
    return ExitCodes.DONE;
  }

  @Override
  public int pretrain(TrainSettings settings) throws IOException {
    Pretrainer.run(settings, out);
    return ExitCodes.DONE;
  }

  @Override
  public int plan(TrainSettings settings) {
    out.print(TrainingPlan.describe(settings, hadoop));
    settings.warmUpCut().ifPresent(line -> out.println("\n" + line));
    return ExitCodes.DONE;
  }

  @Override
  public int report(String runDir) throws IOException {
    RunDirectory run = RunPlace.started("DIR", runDir, hadoop);
    out.println(ReportWriter.write(run.fs(), run.root()));
    return ExitCodes.DONE;
  }

  @Override
  public int verify(String path) throws IOException {
    RunDirectory run = RunPlace.of("DIR", path, hadoop);
    CheckpointStore store = new CheckpointStore(run);
    if (!run.fs().exists(run.root())) {
      throw new InvalidInputException(
          "DIR: %s must be a checkpoint or the directory of a run; there is none"
              .formatted(run.root()));
    }
    if (!run.fs().exists(run.checkpoints())) {
      return verify(store, run.root());
    }
    int worst = ExitCodes.DONE;
    for (FileStatus checkpoint : run.fs().listStatus(run.checkpoints())) {
      worst = Math.max(worst, verify(store, checkpoint.getPath()));
    }
    return worst;
  }

  @Override
  public String resolvedConfig(String runDir) throws IOException {
    RunDirectory run = RunPlace.started("--run-dir", runDir, hadoop);
    try (InputStream in = run.fs().open(run.layout().config())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private int verify(CheckpointStore store, Path checkpoint) throws IOException {
    try {
      CheckpointStore.Verified verified = store.verify(checkpoint);
      out.printf(
          "%s: valid, round %d, weights %s%n",
          checkpoint, verified.state().round(), verified.state().weightsSha256());
      return ExitCodes.DONE;
    } catch (CheckpointException e) {
      out.println(e.getMessage());
      return ExitCodes.FAILED;
    }
  }

  private static void requireFile(java.nio.file.Path out) {
    String problem = null;
    java.nio.file.Path parent = out.toAbsolutePath().getParent();
    if (Files.isDirectory(out)) {
      problem = "it is a directory";
    } else if (parent == null || !Files.isDirectory(parent)) {
      problem = "there is no directory " + parent;
    }
    if (problem != null) {
      throw new InvalidInputException(
          "--out: %s must be a PNG file to write, in a directory that is there; %s; name a file such as sample.png"
              .formatted(out, problem));
    }
  }

  /** In local mode the driver is the executor and can tell at once which devices there are. */
  private void requireCluster(TrainSettings settings) {
    Session.requireUsable();
    String master = spark.get("spark.master", "");
    if (master.startsWith("local") && !master.startsWith("local-cluster")) {
      try {
        Devices.requireHere(settings.policy().device());
      } catch (ExecutorException e) {
        throw new InvalidInputException(e.getMessage(), e);
      }
    }
  }

  private int tell(TrainSettings settings, RunResult result) {
    out.printf(
        "%d rounds done in %.0f s; report: %s/report.html%n",
        result.rounds(), result.seconds(), settings.runDir());
    return result.status() == RunResult.Status.REFUSED ? ExitCodes.REFUSED : ExitCodes.DONE;
  }

  private static PolicyWeightsChoice choice(PolicyChoice policy) {
    return new PolicyWeightsChoice(policy.checkpoint(), policy.runDir());
  }
}
