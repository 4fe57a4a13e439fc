package org.treegrpo.job.train;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.job.audit.AuditWriter;
import org.treegrpo.job.audit.EdgeRow;
import org.treegrpo.job.audit.LeafRow;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.executor.TreePictures;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.TensorBoardWriter;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.ScoredShare;
import org.treegrpo.job.round.Share;
import org.treegrpo.job.spark.RunGauges;
import org.treegrpo.job.tracking.MlflowTracking;
import org.treegrpo.reward.RewardDefinition;

/**
 * Everything that a run leaves for people and tools besides its checkpoints: metrics, evaluations,
 * what guards did, TensorBoard events, the audit and the pictures.
 */
final class RunRecorder implements AutoCloseable {

  private static final String METRICS = "metrics";

  private final RunDirectory directory;
  private final Recipe recipe;
  private final MetricsLog log;
  private final TensorBoardWriter events;
  private final AuditWriter audit;
  private final @Nullable MlflowTracking mlflow;

  /**
   * @param start what the run has behind it, if anything; what the files hold of later rounds is
   *     dropped, and a line that the last one lacks is added
   * @param tracking that is told of rounds and evaluations
   * @param people are told what the files have lost
   */
  RunRecorder(
      RunDirectory directory,
      Recipe recipe,
      Optional<CheckpointState> start,
      RunTracking tracking,
      Consumer<String> people)
      throws IOException {
    this.directory = directory;
    this.recipe = recipe;
    this.log = MetricsLog.open(directory.fs(), directory.root());
    int finished = start.map(CheckpointState::round).orElse(0);
    log.keepWhatIsNoLine().forEach(people);
    log.truncateAfter(finished);
    String line = start.map(CheckpointState::extra).map(e -> e.get(METRICS)).orElse("");
    if (!line.isEmpty() && log.rounds().stream().noneMatch(r -> r.round() == finished)) {
      log.append(RunJson.read(line, RoundMetrics.class));
    }
    int lost = finished - log.rounds().size();
    if (lost > 0) {
      people.accept(
          "%s: lacks %d of the %d rounds done; weights are not concerned, the report will not show them"
              .formatted(directory.layout().metrics(), lost, finished));
    }
    this.events =
        new TensorBoardWriter(directory.fs(), directory.root(), finished + 1, Clock.systemUTC());
    this.audit =
        new AuditWriter(
            directory.fs(),
            directory.root(),
            recipe.trainedRewards().stream().map(RewardDefinition::name).toList());
    this.mlflow = tracking.open(log).orElse(null);
  }

  /** What a checkpoint keeps of its round for this class. */
  static SortedMap<String, String> extra(Optional<RoundMetrics> metrics) {
    return new TreeMap<>(metrics.map(m -> Map.of(METRICS, RunJson.line(m))).orElse(Map.of()));
  }

  /** The evaluation after that many rounds, the last where there are several. */
  Optional<EvaluationRecord> evaluation(int round) {
    return evaluations().stream()
        .filter(evaluation -> evaluation.round() == round)
        .reduce((earlier, later) -> later);
  }

  /** All evaluations so far. */
  List<EvaluationRecord> evaluations() {
    return log.evaluations();
  }

  /** What a guard has done. */
  void guard(GuardRecord act) throws IOException {
    log.append(act);
  }

  /**
   * @param taskSlots that the round ran on
   */
  void round(RoundMetrics metrics, int taskSlots) throws IOException {
    log.append(metrics);
    events.add(metrics);
    if (mlflow != null) {
      mlflow.add(List.of(RunTracking.point(metrics)));
    }
    show(metrics, taskSlots);
  }

  /** To Spark's metrics. */
  private void show(RoundMetrics metrics, int taskSlots) {
    RoundMetrics.PhaseSeconds seconds = metrics.seconds();
    RunGauges.set("round", metrics.round());
    RunGauges.set("rounds", recipe.settings().rounds());
    RunGauges.set("seconds.grow", seconds.grow());
    RunGauges.set("seconds.score", seconds.score());
    RunGauges.set("seconds.learn", seconds.learn());
    RunGauges.set("seconds.update", seconds.update());
    RunGauges.set("seconds.checkpoint", seconds.checkpoint());
    RunGauges.set("seconds.total", seconds.total());
    RunGauges.set("images_per_slot_second", metrics.leaves() / seconds.total() / taskSlots);
    RunGauges.add("shares_regrown", metrics.sharesRegrown());
    metrics
        .reward()
        .forEach(
            (name, reward) -> {
              RunGauges.set("reward.%s.mean".formatted(name), reward.mean());
              RunGauges.add("reward.%s.failed".formatted(name), reward.failed());
            });
  }

  void evaluation(Evaluator.Evaluation evaluation) throws IOException {
    log.append(evaluation.figures());
    events.add(evaluation.figures());
    if (mlflow != null) {
      mlflow.add(List.of(RunTracking.point(evaluation.figures())));
    }
    if (evaluation.sheet().isPresent()) {
      evaluation.sheet().get().write(directory.fs(), directory.root());
    }
  }

  /** Writes adapters as a LoRA for diffusers. */
  void lora(LoraFile file, float[] weights, int round) throws IOException {
    LoraExport.write(file, weights, directory, round);
  }

  /** Writes the round's edges and leaves where the audit is due. */
  void audit(RoundPlan plan, GrownRound grown, RoundCredit credit) throws IOException {
    int every = recipe.settings().audit().every();
    if (every == 0 || plan.round() % every != 0) {
      return;
    }
    List<EdgeRow> edges = new ArrayList<>();
    List<LeafRow> leaves = new ArrayList<>();
    for (Share share : plan.shares()) {
      ScoredShare scored = grown.shares().get(share.index());
      ShareCredit ofShare = credit.shares().get(share.index());
      Forest forest = share.forest();
      for (int i = 0; i < forest.edges(); i++) {
        edges.add(edge(forest, forest.row(i), scored.logProbs()[i], ofShare.edges(), i));
      }
      for (int i = 0; i < forest.leaves(); i++) {
        leaves.add(
            leaf(
                forest,
                forest.leafRow(i),
                scored.rewards().rows().get(i).scores(),
                credit.leafTotals().get(share.index())[i],
                ofShare.leaves(),
                i,
                grown.weightsOf(share.index())));
      }
    }
    audit.write(plan.round(), edges, leaves);
  }

  /** Writes the drawn tree of a round, if it has edges and the executors kept its images. */
  void tree(RoundPlan plan, GrownRound grown, RoundCredit credit) throws IOException {
    if (plan.topology().edges() == 0) {
      return;
    }
    for (var block : grown.blocks()) {
      if (block.preview() != null) {
        draw(plan, credit, block.preview()).write(directory.fs(), directory.root());
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (mlflow != null) {
      mlflow.close();
    }
    events.close();
  }

  private GrownTree draw(RoundPlan plan, RoundCredit credit, TreePictures pictures) {
    return TreeDrawing.of(
        plan,
        credit.shares().get(pictures.share()).edges(),
        credit.leafTotals().get(pictures.share()),
        pictures);
  }

  private EdgeRow edge(Forest forest, int row, double logProbOld, Credit credit, int edge) {
    TreeSeed seed = forest.seed(row);
    Topology topology = seed.topology();
    int node = forest.node(row);
    NodePath path = topology.path(node);
    int step = topology.step(node);
    return new EdgeRow(
        seed.promptId(),
        seed.tree(),
        path.toString(),
        path.depth(),
        step,
        topology.path(topology.parent(node)).toString(),
        logProbOld,
        recipe.sampler().sdeStep(step).noiseStd(),
        credit.scored(edge),
        credit.statuses()[edge]);
  }

  private static LeafRow leaf(
      Forest forest,
      int row,
      float[] scores,
      double total,
      Credit credit,
      int leaf,
      String weights) {
    double[] wide = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      wide[i] = scores[i];
    }
    TreeSeed seed = forest.seed(row);
    return new LeafRow(
        seed.promptId(),
        seed.tree(),
        seed.topology().path(forest.node(row)).toString(),
        wide,
        total,
        credit.scored(leaf),
        credit.statuses()[leaf],
        weights);
  }
}
