package org.treegrpo.job.settings;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.treegrpo.core.credit.AdvantageSettings;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.transition.Cps;
import org.treegrpo.core.transition.Tail;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardProviders;

/** The rules that join several keys. Each is judged only if its keys are sound by themselves. */
final class JointRules {
  private final SettingsBlock block;
  private final TrainSettings settings;

  JointRules(SettingsBlock block, TrainSettings settings) {
    this.block = block;
    this.settings = settings;
  }

  void check(Use use, Function<RewardDefinition, List<String>> rewardCheck) {
    required(use);
    localFiles(use);
    comparison(use);
    leaves();
    splits();
    window();
    learner();
    tail();
    depths();
    group();
    shares();
    steps();
    penalty();
    surrogate();
    rewards(use, rewardCheck);
    groupRewards();
  }

  private void required(Use use) {
    for (String key : use.required()) {
      if (block.clean(key) && block.isEmpty(key)) {
        block.problemAt(key, "is required", "give it in the file or by --set treegrpo." + key);
      }
    }
  }

  private void localFiles(Use use) {
    if (use.demands().contains(Use.Demand.LOCAL_FILES)) {
      String[] keys = {"run-dir", "prompts.train", "prompts.evaluation"};
      String[] paths = {
        settings.runDir(), settings.prompts().train(), settings.prompts().evaluation()
      };
      for (int i = 0; i < keys.length; i++) {
        if (block.clean(keys[i]) && PathBase.hasScheme(paths[i])) {
          block.problemAt(keys[i], "must be a local path to pretrain", "copy it afterwards");
        }
      }
    }
  }

  private void comparison(Use use) {
    if (!use.demands().contains(Use.Demand.COMPARISON)) {
      return;
    }
    if (block.clean("compare.variants") && settings.compare().variants().size() < 2) {
      block.problemAt(
          "compare.variants", "must be at least two variants", "[ { name = a, set { .. } }, .. ]");
    }
    if (block.clean("compare.budget") && settings.compare().limits() != 1) {
      block.problemAt(
          "compare.budget",
          "must be one of seconds, evaluations and images, the same for all members",
          "give it as treegrpo.compare.budget.seconds, for example");
    }
  }

  private void leaves() {
    if (block.clean("tree.branching", "tree.width", "tree.splits") && !fewEnoughLeaves()) {
      block.problemAt(
          "tree.width",
          "branching ^ width is the number of leaves, at most %d, here %d ^ %d"
              .formatted(ForestSettings.MAX_LEAVES, branching(), width()),
          "choose a smaller treegrpo.tree.branching or treegrpo.tree.width");
    }
  }

  private boolean fewEnoughLeaves() {
    return settings.tree().leaves() <= ForestSettings.MAX_LEAVES;
  }

  /** Splits are steps of the window, in order. */
  private void splits() {
    if (!block.clean("tree.splits", "tree.width")) {
      return;
    }
    List<Integer> splits = settings.tree().splits();
    for (int i = 0; i < splits.size(); i++) {
      if (splits.get(i) >= width() || (i > 0 && splits.get(i) <= splits.get(i - 1))) {
        block.problemAt(
            "tree.splits",
            "must rise, and each must be below treegrpo.tree.width = %d".formatted(width()),
            "");
        return;
      }
    }
  }

  /** Learners on leaves, and those on edges. */
  private void learner() {
    if (!block.clean("update.learner", "tree.width")) {
      return;
    }
    boolean onLeaves = settings.update().learner().onLeaves();
    String name = settings.update().learner().name();
    if (!onLeaves && width() == 0) {
      block.problemAt(
          "tree.width",
          "must be at least 1 for learner %s, which learns from stochastic steps".formatted(name),
          "");
    }
    if (!onLeaves) {
      return;
    }
    if (block.clean("policy.guidance") && settings.policy().guidance().branches() != 1) {
      block.problemAt(
          "policy.guidance.scale",
          "must be 1 with learner %s, which learns the network's own output".formatted(name),
          "set it to 1");
    }
    if (block.clean("update.kl") && settings.update().penalties().kl() > 0) {
      block.problemAt(
          "update.kl",
          "must be 0 with learner %s, which has no step to compare".formatted(name),
          "use treegrpo.update.velocity-kl");
    }
    if (block.clean("sampler.transition")
        && settings.sampler().transition().family() != Family.FLOW) {
      block.problemAt(
          "sampler.transition", "must be one of a flow policy with learner %s".formatted(name), "");
    }
    if (settings.update().learner().laggingRollouts()
        && block.clean("update.clip")
        && settings.update().clip() != UpdateSettings.DEFAULT_CLIP) {
      block.problemAt(
          "update.clip",
          "has no meaning with learner %s, which has no ratio".formatted(name),
          "leave it out");
    }
  }

  /** A tail of its own needs steps to shorten. */
  private void tail() {
    if (!block.clean("sampler", "tree.width", "tree.window")
        || settings.sampler().tail() == Tail.SAME) {
      return;
    }
    WindowSettings window = settings.tree().window();
    int end = window.strategy() == WindowSettings.Strategy.FIXED ? window.start() + width() : 0;
    if (end >= settings.sampler().steps() && width() > 0) {
      block.problemAt(
          "sampler.tail",
          "needs steps after the window, which ends with the last of %d"
              .formatted(settings.sampler().steps()),
          "let the window end earlier, or set treegrpo.sampler.tail = same");
    }
  }

  /** Something must be left to learn from, and depths to be compared. */
  private void depths() {
    if (!block.clean("update.pruning", "update.trained-steps", "tree.width", "sampler.steps")
        || settings.update().learner().onLeaves()) {
      return;
    }
    boolean spareLast =
        settings.update().trainedSteps().strategy() != TrainedSettings.Strategy.ALL
            && width() == settings.sampler().steps();
    int trained = spareLast ? width() - 1 : width();
    if (settings.update().trainedSteps().strategy() == TrainedSettings.Strategy.RANDOM) {
      trained =
          (int) Math.max(1, Math.round(settings.update().trainedSteps().fraction() * trained));
    }
    if (settings.update().pruning().depths() >= trained
        && settings.update().pruning().depths() > 0) {
      block.problemAt(
          "update.pruning.depths",
          "must be below the %d trained depths of a tree, or nothing is trained".formatted(trained),
          "");
    }
    if (trained == 0) {
      block.problemAt(
          "update.trained-steps.strategy",
          "leaves no step to be trained: the window is the last step alone",
          "let the window start earlier, or use all");
    }
    if (block.clean("advantage.depth-z-score")
        && settings.advantage().depthZScore()
        && width() == 1) {
      block.problemAt(
          "advantage.depth-z-score",
          "must be false where a tree has one depth (treegrpo.tree.width = 1): the leaves are normalised already",
          "");
    }
  }

  private void window() {
    if (!block.clean("sampler.steps", "tree.width", "tree.window")) {
      return;
    }
    WindowSettings window = settings.tree().window();
    int steps = settings.sampler().steps();
    int last = window.lastStart(steps, width());
    if (last < 0) {
      boolean fixed = window.strategy() == WindowSettings.Strategy.FIXED;
      block.problemAt(
          "tree.width",
          "the window must fit into the steps: width <= %d for a %s window of %d steps"
              .formatted(fixed ? steps : steps - 1, Labels.of(window.strategy()), steps),
          "choose a smaller treegrpo.tree.width or a larger treegrpo.sampler.steps");
    } else if (window.strategy() == WindowSettings.Strategy.FIXED && window.start() > last) {
      block.problemAt(
          "tree.window.start",
          "must be <= %d for a fixed window of width %d in %d steps"
              .formatted(last, width(), steps),
          "");
    }
  }

  private void group() {
    if (block.clean("tree.branching", "tree.width", "tree.splits", "tree.trees-per-prompt")
        && fewEnoughLeaves()
        && groupSize() < 2) {
      block.problemAt(
          "tree.trees-per-prompt",
          "a prompt's group must have at least 2 leaves to be compared",
          "raise it or treegrpo.tree.branching");
    }
    if (block.clean("tree.branching", "tree.width", "tree.splits", "advantage.depth-correction")
        && settings.advantage().depthCorrection()
        && groupSize() >= 2
        && edgesOfFirstDepth() == 1) {
      block.problemAt(
          "advantage.depth-correction",
          "must be false where a group has a single edge at the window's first step: nothing is there"
              + " to compare it with",
          "switch it off, let the first step branch (treegrpo.tree.splits), or raise"
              + " treegrpo.tree.trees-per-prompt");
    }
  }

  /** Edges at the first window step of a group. */
  private long edgesOfFirstDepth() {
    boolean ofTree = settings.advantage().group() == AdvantageSettings.Group.TREE;
    int trees = ofTree ? 1 : settings.tree().treesPerPrompt();
    return settings.tree().children().stream().findFirst().map(k -> (long) k * trees).orElse(0L);
  }

  private long groupSize() {
    return settings.advantage().group() == AdvantageSettings.Group.TREE
        ? settings.tree().leaves()
        : settings.tree().groupSize();
  }

  private void shares() {
    if (!block.clean(
        "tree.shares",
        "tree.trees-per-prompt",
        "tree.prompts-per-round",
        "tree.branching",
        "tree.width",
        "tree.splits")) {
      return;
    }
    settings
        .tree()
        .sharesProblem()
        .ifPresent(rule -> block.problemAt("tree.shares", rule, "0 makes one share of each tree"));
  }

  private void steps() {
    if (!block.clean("tree.shares", "tree.prompts-per-round", "update.steps-per-round")) {
      return;
    }
    int prompts = settings.tree().promptsPerRound();
    int units = settings.tree().dealtUnits();
    if (units % settings.update().stepsPerRound() != 0) {
      block.problemAt(
          "update.steps-per-round",
          "must divide the %d %s of a round evenly"
              .formatted(units, units == prompts ? "prompts" : "shares"),
          "");
    }
  }

  /** The last step of cps has no noise, and the penalty divides by the noise of its step. */
  private void penalty() {
    if (!block.clean("sampler", "tree.width", "tree.window", "update.kl")) {
      return;
    }
    WindowSettings window = settings.tree().window();
    boolean lastStep =
        window.strategy() == WindowSettings.Strategy.FIXED
            && window.start() + width() == settings.sampler().steps();
    if (settings.update().penalties().kl() > 0
        && settings.sampler().transition() instanceof Cps
        && lastStep) {
      block.problemAt(
          "update.kl",
          "must be 0 where the window holds the last step of transition cps, which has no noise",
          "let the window end earlier: treegrpo.tree.window.start <= %d"
              .formatted(window.lastStart(settings.sampler().steps(), width()) - 1));
    }
  }

  /** What is compared with the noise of a step needs the step's log-probability to be Gaussian. */
  private void surrogate() {
    if (block.clean("sampler.transition", "update.surrogate")
        && settings.sampler().transition() instanceof Cps
        && settings.update().edgeLoss().needsNoise()) {
      block.problemAt(
          "update.surrogate",
          "must not be %s with transition cps, whose log-probability leaves out the noise of its step"
              .formatted(settings.update().surrogate().name()),
          "use ppo or reinforce, or another treegrpo.sampler.transition");
    }
  }

  private void rewards(Use use, Function<RewardDefinition, List<String>> rewardCheck) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < settings.rewards().size(); i++) {
      RewardDefinition reward = settings.rewards().get(i);
      String key = "rewards[" + i + "]";
      if (block.clean(key + ".name") && !names.add(reward.name())) {
        block.problemAt(key + ".name", "must be unique among the rewards", "");
      }
      if (use.demands().contains(Use.Demand.REWARDS) && block.clean(key)) {
        rewardCheck.apply(reward).forEach(rule -> block.problemAt(key + ".type", rule, ""));
      }
    }
    if (use.demands().contains(Use.Demand.WEIGHTED_REWARD)
        && block.clean("rewards")
        && settings.trainedRewards().isEmpty()) {
      block.problemAt("rewards", "needs at least one reward with a weight above 0", "");
    }
  }

  /** A reward that compares the images of a prompt must be shown all of them, and two at least. */
  private void groupRewards() {
    if (!block.clean("rewards")) {
      return;
    }
    List<RewardDefinition> groups =
        settings.rewards().stream().filter(RewardProviders::scoresGroups).toList();
    groups.stream().findFirst().ifPresent(this::comparableEvaluation);
    groups.stream().filter(reward -> reward.weight() > 0).findFirst().ifPresent(this::wholeShares);
  }

  private void comparableEvaluation(RewardDefinition reward) {
    if (block.clean("evaluation.images-per-prompt")
        && settings.evaluation().imagesPerPrompt() < 2) {
      block.problemAt(
          "evaluation.images-per-prompt",
          "must be at least 2 with reward '%s', which compares the images of a prompt"
              .formatted(reward.name()),
          "");
    }
  }

  private void wholeShares(RewardDefinition reward) {
    int prompts = settings.tree().promptsPerRound();
    if (block.clean("tree.shares", "tree.trees-per-prompt", "tree.prompts-per-round")
        && prompts % settings.tree().shares() != 0) {
      block.problemAt(
          "tree.shares",
          "must divide the %d prompts of a round evenly with reward '%s', which needs all images of a prompt in one share"
              .formatted(prompts, reward.name()),
          "%d makes one share of each prompt".formatted(prompts));
    }
  }

  private int branching() {
    return settings.tree().branching();
  }

  private int width() {
    return settings.tree().width();
  }
}
