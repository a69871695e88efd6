// The trading host's routes beside orders and calendar: account, activities, assets and positions.
import { accountRoutes } from "./accountRoutes.ts";
import { activityRoutes } from "./activityRoutes.ts";
import { assetRoutes } from "./assetRoutes.ts";
import { portfolioRoutes } from "./portfolioRoutes.ts";
import { positionRoutes } from "./positionRoutes.ts";
import { watchlistRoutes } from "./watchlistRoutes.ts";
import type { Route } from "./wireTypes.ts";

export const tradingRoutes: readonly Route[] = [
  ...accountRoutes,
  ...activityRoutes,
  ...assetRoutes,
  ...positionRoutes,
  ...portfolioRoutes,
  ...watchlistRoutes,
];
