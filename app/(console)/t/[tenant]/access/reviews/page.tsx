import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { CampaignScreen } from "#components/reviews/campaign-screen.tsx";
import { ReviewsScreen } from "#components/reviews/reviews-screen.tsx";
import { load } from "../../../../load.ts";
import { paramsOf } from "../../../../params-of.ts";

interface ReviewsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("reviews"))("title") };
}

/** The tenant's access reviews, or the one that the URL names. */
export default async function ReviewsPage({ params, searchParams }: ReviewsPageProps) {
  const { tenant } = await params;
  const { campaign } = paramsOf(await searchParams, ["campaign"]);
  const loaded = await load(tenant, async ({ accessReviews }) =>
    campaign && ID.test(campaign)
      ? { view: await accessReviews.campaign({ campaignId: campaign }), list: null }
      : {
          view: null,
          list: {
            overview: await accessReviews.overview(),
            page: await accessReviews.campaigns({}),
          },
        },
  );
  const title = (await getTranslations("reviews"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.reviews.read">
      {loaded.isLoaded && loaded.data.view ? (
        <CampaignScreen tenantId={tenant} view={loaded.data.view} />
      ) : null}
      {loaded.isLoaded && loaded.data.list ? (
        <ReviewsScreen tenantId={tenant} {...loaded.data.list} />
      ) : null}
    </KeepLoaded>
  );
}
