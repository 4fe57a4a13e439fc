package org.treegrpo;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.treegrpo.core.base.UserError;

/**
 * The arrows between the packages of all three modules, which this module has on its class path.
 */
@AnalyzeClasses(packages = "org.treegrpo", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule THE_CORE_KNOWS_NO_CLUSTER_AND_NO_REWARDS =
      noClasses()
          .that()
          .resideInAPackage("org.treegrpo.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark..",
              "org.apache.hadoop..",
              "org.apache.arrow..",
              "org.treegrpo.reward..",
              "org.treegrpo.job..")
          .because("model-core runs and is tested without a cluster");

  @ArchTest
  static final ArchRule REWARDS_KNOW_NO_CLUSTER =
      noClasses()
          .that()
          .resideInAPackage("org.treegrpo.reward..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "org.treegrpo.job..")
          .because("a reward worker also runs in a process of its own");

  @ArchTest
  static final ArchRule VALUES_AND_FILES_WITHOUT_SPARK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.treegrpo.job.settings..",
              "org.treegrpo.job.checkpoint..",
              "org.treegrpo.job.metrics..",
              "org.treegrpo.job.audit..",
              "org.treegrpo.job.images..",
              "org.treegrpo.job.report..",
              "org.treegrpo.job.pretrain..",
              "org.treegrpo.job.plan..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.spark..")
          .because("they are read, written and tested without a SparkContext");

  @ArchTest
  static final ArchRule SPARK_INTERNALS_IN_NAMED_PACKAGES =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "org.treegrpo.job",
              "org.treegrpo.job.spark",
              "org.treegrpo.job.cluster",
              "org.treegrpo.job.executor")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark.broadcast..",
              "org.apache.spark.deploy..",
              "org.apache.spark.internal..",
              "org.apache.spark.rdd..",
              "org.apache.spark.rpc..",
              "org.apache.spark.scheduler..",
              "org.apache.spark.serializer..",
              "org.apache.spark.storage..",
              "org.apache.spark.util..")
          .because("Spark's sharp edges are handled in one place");

  @ArchTest
  static final ArchRule NATIVE_CALLS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.treegrpo.core.tensor")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch.jni..")
          .because("the rules for DJL's native layer are kept in one place");

  @ArchTest
  static final ArchRule RANDOM_BITS_ARE_SPECIFIED =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.SplittableRandom")
          .because("no specification fixes its normal numbers; use core.random.GaussianStream");

  @ArchTest
  static final ArchRule RESULTS_TAKE_STRICT_MATHEMATICS =
      noClasses()
          .that()
          .resideInAPackage("org.treegrpo.core..")
          .should()
          .callMethodWhere(
              target(owner(type(Math.class)))
                  .and(target(nameMatching("pow|exp|expm1|log|log10|log1p|sin|cos|tan|tanh|cbrt"))))
          .because("Math's may differ in the last bit between machines; use StrictMath");

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices().matching("(org.treegrpo..)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule THE_BASE_ROOM_STANDS_ON_NOTHING_OF_OURS =
      noClasses()
          .that()
          .resideInAPackage("org.treegrpo.core.base")
          .should()
          .dependOnClassesThat(
              resideInAPackage("org.treegrpo..")
                  .and(resideOutsideOfPackage("org.treegrpo.core.base")))
          .because("all the others stand on it");

  @ArchTest
  static final ArchRule EXCEPTIONS_ARE_USER_ERRORS =
      classes()
          .that()
          .areAssignableTo(Throwable.class)
          .should()
          .implement(UserError.class)
          .because("the command line tells them by their message alone");

  @ArchTest
  static final ArchRule LIBRARIES_DO_NOT_PRINT =
      noClasses()
          .that()
          .resideInAnyPackage("org.treegrpo.core..", "org.treegrpo.reward..")
          .should(ACCESS_STANDARD_STREAMS)
          .because("a library logs");
}
