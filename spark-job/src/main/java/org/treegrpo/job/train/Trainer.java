package org.treegrpo.job.train;

import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.credit.EstimatorState;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.executor.FirstShare;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.guard.Guards;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.report.ConsoleProgress;
import org.treegrpo.job.round.CreditAssigner;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.session.Budget;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;

/**
 * The driver's loop: Algorithm 1 of TreeGRPO, a round at a time. Grow trees from the broadcast
 * weights, turn leaf rewards into edge advantages, learn by parent, step the optimiser.
 */
final class Trainer {

  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
  private static final int NOTHING = -1;

  private final SparkCluster cluster;
  private final RunInputs inputs;
  private final RunIdentity identity;
  private final Recipe recipe;
  private final TrainSettings settings;
  private final Budget budget;
  private final PolicyOptimizer optimizer;
  private final RunRecorder recorder;
  private final CheckpointStore checkpoints;
  private final ConsoleProgress progress;
  private final StopRequest stop;
  private final Pace pace;
  private final CreditAssigner credits;
  private final Evaluator evaluator;
  private final RoundGuard guard;
  private final AdapterWarning adapters;
  private Guards guards;
  private GuardWatch guardWatch;
  private EstimatorState estimates;
  private int saved = NOTHING;

  /** A checkpoint is due and was not made: the rounds were not known to be good ones. */
  private boolean owed;

  private int done;
  private double evaluationSeconds;

  Trainer(
      SparkCluster cluster,
      RunInputs inputs,
      RunIdentity identity,
      Budget budget,
      PolicyOptimizer optimizer,
      RunRecorder recorder,
      CheckpointStore checkpoints,
      ConsoleProgress progress,
      StopRequest stop,
      Pace pace) {
    this.cluster = cluster;
    this.inputs = inputs;
    this.identity = identity;
    this.budget = budget;
    this.recipe = inputs.recipe();
    this.settings = recipe.settings();
    this.optimizer = optimizer;
    this.recorder = recorder;
    this.checkpoints = checkpoints;
    this.progress = progress;
    this.stop = stop;
    this.pace = pace;
    this.credits = new CreditAssigner(recipe);
    this.estimates = credits.estimator().initial();
    this.evaluator = new Evaluator(cluster, recipe);
    this.guard = new RoundGuard(settings);
    this.adapters = new AdapterWarning(inputs.layout(), progress::remark);
    this.guards = Guards.of(settings);
    this.guardWatch = new GuardWatch(guards, recorder, progress::remark);
  }

  /**
   * Trains to the last round, or to the end of the round in which the budget is spent; or until the
   * pace asks for a pause, which leaves an evaluation and a checkpoint.
   *
   * @param start the checkpoint that the run goes on from, if it does
   * @return the key that ended the run, {@link Budget#endedBy}; empty at a pause
   * @throws StoppedException if the run was asked to end; a checkpoint of the last whole round is
   *     there
   */
  Optional<String> run(Optional<Checkpoint> start) throws IOException {
    start.ifPresent(this::goOnFrom);
    int finished = Math.max(0, saved);
    done = finished;
    try {
      evaluateIfDue(done);
      double before = budget.seconds();
      Optional<String> end = budget.endedBy();
      while (end.isEmpty() && pace.goesOn(done - finished, budget.seconds() - before)) {
        train(done + 1, done == finished && (done == 0 || pace == Pace.WHOLE));
        done++;
        evaluateIfDue(done);
        saveIfOwed(done);
        end = budget.endedBy();
      }
      if (end.isEmpty()) {
        evaluate(done);
        saveAfter(done);
      }
      return end;
    } catch (StoppedException stopped) {
      throw stopped.with(saveAfter(done));
    } catch (Exception failure) { // also Spark's checked exceptions, which its Java API hides
      if (RootFailure.of(failure) instanceof DivergedException) {
        throw end(guardWatch.diverged(done + 1, RootFailure.message(failure)), failure);
      }
      throw failure;
    }
  }

  private void goOnFrom(Checkpoint checkpoint) {
    saved = checkpoint.state().round();
    guards = Guards.of(settings, checkpoint.state(), recorder.evaluations());
    guardWatch = new GuardWatch(guards, recorder, progress::remark);
    try {
      estimates = credits.estimator().restore(checkpoint.estimator());
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "checkpoint %s: the state of the advantage estimator %s"
              .formatted(RunLayout.roundName(saved), e.getMessage()),
          e);
    }
  }

  private void train(int round, boolean first) throws IOException {
    Stopwatch watch = new Stopwatch();
    RoundFigures figures = new RoundFigures(recipe, recipe.plan(round));
    WeightBroadcast rollout = cluster.broadcast(optimizer.rolloutWeights());
    WeightBroadcast current = rollout;
    try {
      RoundPlan plan = figures.plan();
      boolean preview = first || round == settings.rounds();
      GrownRound grown =
          stop.cancellable(
              () ->
                  cluster.grow(
                      plan, rollout, FirstShare.GROWN.checkedIf(first).picturedIf(preview)));
      figures.grown(grown, watch.lap());
      guard.checkRatio(grown);
      guard.checkRewards(round, grown);

      RoundCredit credit = credits.assign(estimates, plan, grown.shares());
      figures.credited(credit, watch.lap());

      int steps = settings.update().epochs() * plan.steps();
      for (int next = 0; next < steps; next++) {
        int step = next % plan.steps();
        if (next > 0 || optimizer.lags()) {
          destroy(current, rollout);
          current = rollout;
          current = cluster.broadcast(optimizer.weights());
        }
        WeightBroadcast weights = current;
        Supplier<LearnedRound> learn =
            () -> cluster.learn(plan, grown, rollout, weights, step, credit);
        // once the weights have moved the round is taken to its end
        update(figures, next == 0 ? stop.cancellable(learn) : learn.get(), watch);
      }
      optimizer.endRound();
      estimates = credit.next();
    } finally {
      destroy(current, rollout);
      rollout.destroy();
    }
    record(figures, watch);
  }

  private static void destroy(WeightBroadcast weights, WeightBroadcast rollout) {
    if (weights.version() != rollout.version()) {
      weights.destroy();
    }
  }

  /** The optimiser's step along a gradient. */
  private void update(RoundFigures figures, LearnedRound learned, Stopwatch watch) {
    double learnSeconds = watch.lap();
    BitSet reached = inputs.layout().nonZero(learned.gradient());
    PolicyOptimizer.Step step = optimizer.step(learned.gradient(), guards.rate());
    figures.learned(learned, reached, step, learnSeconds, watch.lap());
  }

  private void record(RoundFigures figures, Stopwatch watch) throws IOException {
    int round = figures.plan().round();
    String digest = WeightsDigest.sha256(optimizer.weights());
    recorder.audit(figures.plan(), figures.grown(), figures.credit());
    recorder.tree(figures.plan(), figures.grown(), figures.credit());
    watch.lap();
    RoundMetrics unsaved = figures.metrics(digest, Double.NaN, watch.total());
    budget.spend(unsaved);
    Optional<GuardRecord> stopping = guardWatch.look(unsaved, figures.stepsLeftOut());
    owed |= due(settings.checkpoint().every(), round);
    boolean judgedLater = guards.stopAtEvaluations() && isEvaluationDue(round);
    if (stopping.isEmpty() && isGood() && owed && !judgedLater) {
      checkpoint(round, digest, Optional.of(unsaved));
    }
    RoundMetrics metrics = figures.metrics(digest, watch.lap(), watch.total());
    recorder.round(metrics, cluster.slots());
    adapters.look(round, figures.reached());
    if (metrics.sharesRegrown() > 0) {
      LOG.info(
          "round {}: {} of {} shares grown again, their executor was lost",
          round,
          metrics.sharesRegrown(),
          figures.plan().shares().size());
    }
    progress.round(metrics);
    if (stopping.isPresent()) {
      throw end(stopping.get(), null);
    }
    if (settings.export().every() > 0 && due(settings.export().every(), round)) {
      recorder.lora(inputs.loraFile(), optimizer.evaluationWeights(), round);
    }
  }

  /** Also where an earlier process ended between a checkpoint and its evaluation. */
  private void evaluateIfDue(int round) throws IOException {
    if (isEvaluationDue(round)) {
      evaluate(round);
      Optional<GuardRecord> stopping = guardWatch.look(recorder.evaluation(round).orElseThrow());
      if (stopping.isPresent()) {
        throw end(stopping.get(), null);
      }
    }
  }

  private boolean isEvaluationDue(int round) {
    return round == 0 || due(settings.evaluation().every(), round);
  }

  /** Whether no guard is about to stop the run; after its last round none is any more. */
  private boolean isGood() {
    return guards.areCalm() || budget.endedBy().isPresent();
  }

  private GuardException end(GuardRecord act, @Nullable Exception cause) {
    return new GuardException(
        act,
        saved == NOTHING
            ? "there is no checkpoint yet"
            : "the newest checkpoint is %s, resume goes on from there and ends here again unless treegrpo.guards is another one"
                .formatted(RunLayout.roundName(saved)),
        cause);
  }

  private void evaluate(int round) throws IOException {
    if (recorder.evaluation(round).isPresent()) {
      return;
    }
    Stopwatch watch = new Stopwatch();
    Evaluator.Evaluation evaluation =
        stop.cancellable(() -> evaluator.evaluate(round, optimizer.evaluationWeights()));
    recorder.evaluation(evaluation);
    progress.evaluation(evaluation.figures());
    evaluationSeconds += watch.total();
  }

  /** Rounds of the whole run so far. */
  int done() {
    return done;
  }

  /** Spent on evaluations by this process. */
  double evaluationSeconds() {
    return evaluationSeconds;
  }

  /** What was held back until the round's evaluation, or until guards were calm again. */
  private void saveIfOwed(int round) throws IOException {
    if (owed && isGood()) {
      checkpoint(round, WeightsDigest.sha256(optimizer.weights()), Optional.empty());
    }
  }

  private String saveAfter(int round) throws IOException {
    if (saved != round) {
      checkpoint(round, WeightsDigest.sha256(optimizer.weights()), Optional.empty());
    }
    return " after round %d of %d; the checkpoint %s is saved, go on with resume"
        .formatted(round, settings.rounds(), RunLayout.roundName(round));
  }

  /**
   * @param metrics the round's line, kept for a resume where the process ends before it is logged
   */
  private void checkpoint(int round, String digest, Optional<RoundMetrics> metrics)
      throws IOException {
    checkpoints.save(
        optimizer.checkpoint(
            inputs.layout(),
            new CheckpointState(
                round,
                optimizer.steps(),
                settings.seed(),
                settings.resolved().sha256(),
                digest,
                extra(metrics)),
            estimates.bytes()));
    checkpoints.prune(settings.checkpoint().keep());
    saved = round;
    owed = false;
  }

  private SortedMap<String, String> extra(Optional<RoundMetrics> metrics) {
    SortedMap<String, String> extra = RunRecorder.extra(metrics);
    extra.putAll(identity.extra());
    extra.putAll(budget.extra());
    extra.putAll(guards.extra());
    return extra;
  }

  private boolean due(int every, int round) {
    return budget.endedBy().isPresent() || (every > 0 && round % every == 0);
  }
}
