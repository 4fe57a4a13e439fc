package org.treegrpo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.treegrpo.core.base.Named;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.reward.RewardProvider;

/**
 * What only tests use, or nothing, is no part of the program: classes, methods and record
 * components of all three modules. Private members are left to the compiler's checks, and constants
 * to reviewers, because the compiler inlines them.
 */
@AnalyzeClasses(packages = "org.treegrpo", importOptions = ImportOption.DoNotIncludeTests.class)
class UnusedCodeTest {

  private static final String JSON = "written as JSON";
  private static final String DETAILS = "what a caller may handle one by one";

  /** Classes and members, by the beginning of their full names, that the program need not use. */
  private static final Map<String, String> KEPT =
      Map.ofEntries(
          entry("org.treegrpo.job.Main", "spark-submit starts it"),
          entry("org.treegrpo.job.cli.RootCommand.override(", "picocli calls it"),
          entry("org.treegrpo.job.cluster.ScoreInbox$Key.", "a key of a map: compared as a whole"),
          entry("org.treegrpo.job.images.GrownTree", JSON),
          entry("org.treegrpo.job.metrics.EvaluationRecord$Label.", JSON),
          entry("org.treegrpo.job.metrics.GuardRecord.", JSON),
          entry("org.treegrpo.job.metrics.RoundMetrics$RewardStatistics.", JSON),
          entry("org.treegrpo.job.pretrain.BasePolicyWriter$Evaluation.", JSON),
          entry("org.treegrpo.job.pretrain.SpellingScore.", JSON),
          entry("org.treegrpo.job.registry.Night.", JSON),
          entry("org.treegrpo.job.registry.NightDirectory$Told.", JSON),
          entry("org.treegrpo.job.train.Webhook$Message.", JSON),
          entry("org.treegrpo.job.train.RunDescription", JSON),
          entry("org.treegrpo.core.io.SafetensorsException.", DETAILS),
          entry("org.treegrpo.core.policy.PolicyDirectoryException.", DETAILS),
          entry("org.treegrpo.job.settings.SettingsException.problems(", DETAILS),
          entry(
              "org.treegrpo.core.io.SafetensorsReader.metadata(",
              "checks what is written for other programs"),
          entry(
              "org.treegrpo.core.objective.Surrogate$Edge.noiseStd(",
              "surrogates in jars of their own may need it"),
          entry(
              "org.treegrpo.core.optim.OffHeapVector.of(", "states of an optimiser to begin with"),
          entry("org.treegrpo.core.optim.OffHeapVector.toArray(", "checks what a state holds"),
          entry("org.treegrpo.core.prompt.Prompt.extra(", "a line may say more than id and text"),
          entry(
              "org.treegrpo.core.tensor.TorchRuntime.openArrays(", "counts what a run leaves open"),
          entry("org.treegrpo.core.topology.NodePath.", "whoever reads the audit walks its paths"),
          entry("org.treegrpo.core.tree.GrownShare.bytes(", "checks what the plan promises"),
          entry("org.treegrpo.job.pretrain.PretrainResult.", "the command has printed all of it"),
          entry("org.treegrpo.reward.Reward.name(", "rewards in jars of their own implement it"));

  @ArchTest
  static final ArchRule METHODS_ARE_USED =
      methods()
          .should(be("used by the program", UnusedCodeTest::isUsed))
          .because("what only tests call is removed, or kept with a reason");

  @ArchTest
  static final ArchRule CLASSES_ARE_USED =
      classes()
          .that()
          .areTopLevelClasses()
          .should(be("used by the program", UnusedCodeTest::isUsed))
          .because("what only tests need belongs to the tests");

  private static boolean isUsed(JavaMethod method) {
    return isCalledByName(method)
        || isCalled(method)
        || isReadComponent(method)
        || method.getOwner().getAllSubclasses().stream()
            .flatMap(type -> namesakes(type, method))
            .anyMatch(UnusedCodeTest::isCalled);
  }

  /** Overrides are called through what they override; the others are the compiler's business. */
  private static boolean isCalledByName(JavaMethod method) {
    JavaClass owner = method.getOwner();
    return method.getModifiers().contains(JavaModifier.SYNTHETIC)
        || method.getModifiers().contains(JavaModifier.PRIVATE)
        || (owner.isEnum() && Set.of("values", "valueOf").contains(method.getName()))
        || Stream.of(owner.getAllRawSuperclasses(), owner.getAllRawInterfaces())
            .flatMap(types -> types.stream())
            .anyMatch(type -> namesakes(type, method).findAny().isPresent());
  }

  private static boolean isCalled(JavaMethod method) {
    return method.getAccessesToSelf().stream()
        .map(JavaAccess::getOrigin)
        .anyMatch(caller -> !caller.equals(method));
  }

  /** A record may read its component without the accessor. */
  private static boolean isReadComponent(JavaMethod accessor) {
    return accessor.getOwner().isRecord()
        && accessor.getRawParameterTypes().isEmpty()
        && accessor
            .getOwner()
            .tryGetField(accessor.getName())
            .map(field -> isReadOutside(field, accessor))
            .orElse(false);
  }

  private static boolean isReadOutside(JavaField field, JavaMethod accessor) {
    return field.getAccessesToSelf().stream()
        .filter(access -> access.getAccessType() == AccessType.GET)
        .anyMatch(access -> !access.getOrigin().equals(accessor));
  }

  private static Stream<JavaMethod> namesakes(JavaClass type, JavaMethod method) {
    int parameters = method.getRawParameterTypes().size();
    return type.getMethods().stream()
        .filter(other -> other.getName().equals(method.getName()))
        .filter(other -> other.getRawParameterTypes().size() == parameters);
  }

  private static boolean isUsed(JavaClass type) {
    return type.getSimpleName().equals("package-info")
        || holdsConstantsOnly(type)
        || type.isAssignableTo(RewardProvider.class) // named in META-INF/services
        || type.isAssignableTo(Named.class) // likewise
        || type.isAssignableTo(CliCommand.class) // likewise
        || type.getDirectDependenciesToSelf().stream()
            .map(dependency -> outermost(dependency.getOriginClass()))
            .anyMatch(user -> !user.equals(type));
  }

  /** Their uses are inlined. */
  private static boolean holdsConstantsOnly(JavaClass type) {
    return type.getMethods().isEmpty()
        && type.getFields().stream()
            .allMatch(field -> field.getModifiers().contains(JavaModifier.STATIC));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(UnusedCodeTest::outermost).orElse(type);
  }

  private static <T extends HasName.AndFullName> ArchCondition<T> be(
      String what, Predicate<T> holds) {
    return new ArchCondition<>("be " + what) {
      @Override
      public void check(T item, ConditionEvents events) {
        String name = item.getFullName();
        if (KEPT.keySet().stream().noneMatch(name::startsWith) && !holds.test(item)) {
          events.add(SimpleConditionEvent.violated(item, name + " is not " + what));
        }
      }
    };
  }
}
